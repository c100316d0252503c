/* Slack, against a workspace of the sandbox's own code: channels, messages, what is refused, what is not known, and what is never shown. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/slack/slack.h"
#include "core/sandbox/sim_office.h"
#include "fixture.h"

#define INCIDENT "20260102-031205-db-down"

typedef struct Scene {
	SimOffice *office;
	Environment *environment;
	TempFolder folder;
	Json *args;
	Call call;
} Scene;

/* `settings`: further lines of the system; with a token unless it has a webhook. */
static void scene_begin(Scene *scene, bool by_webhook, const char *settings) {
	Error err = {0};
	scene->folder = temp_folder();
	assert_ok(sim_office_start(&scene->office, &err), &err);
	setenv("SLACK_TOKEN", SIM_OFFICE_TOKEN, 1);
	setenv("SLACK_WEBHOOK", sim_office_webhook(scene->office), 1);
	AUTO_FREE char *text = bg_asprintf("name: test\nkind: live\nsystems:\n  chat:\n    provider: slack\n    url: %s\n    %s\n%s",
		sim_office_slack_url(scene->office), by_webhook ? "webhook: { env: SLACK_WEBHOOK }" : "token: { env: SLACK_TOKEN }", settings);
	assert_ok(environment_parse(str_from(text), temp_path(&scene->folder, "environment.yaml"), &scene->environment, &err), &err);
	assert_ok(provider_check_environment(scene->environment, &err), &err);
	scene->args = json_new_object();
	scene->call = (Call){.environment = scene->environment, .system = &scene->environment->systems[0], .args = scene->args,
		.state_folder = scene->folder.path, .incident = INCIDENT, .deadline = {mono_now().ms + 20000}};
}

static void scene_clear(Scene *scene) {
	scene->office = sim_office_stop(scene->office);
	scene->environment = environment_free(scene->environment);
	scene->args = json_free(scene->args);
	temp_folder_clear(&scene->folder);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

static void arg(Scene *scene, const char *name, const char *value) { json_add_string(scene->args, name, value); }

/* Plans, applies and verifies, as a worker does; false: apply failed. What is told anywhere holds no secret. */
static bool run(Scene *scene, const char *verb, Plan *plan, ActionResult *result, Error *err) {
	const Action *action = action_find(verb);
	Error looking = {0};
	assert_ok(provider_check_args(&action->spec, scene->args, err), err);
	assert_ok(action->plan(&scene->call, plan, err), err);
	bool ok = action->apply(&scene->call, plan, result, err);
	assert_ok(action->verify(&scene->call, plan, result, &looking), &looking);
	AUTO(Json) *json = plan_to_json(plan);
	AUTO_FREE char *text = json_text(json);
	char told[640];
	error_format(err, told, sizeof(told));
	assert_no_secret(text, "hush7Wq9Zk3");
	assert_no_secret(text, SIM_OFFICE_TOKEN);
	assert_no_secret(told, "hush7Wq9Zk3");
	assert_no_secret(told, SIM_OFFICE_TOKEN);
	return ok;
}

static char *messages(Scene *scene) {
	AUTO_CLEAR(StrList) list = {0};
	sim_slack_messages(sim_office_lock(scene->office), &list);
	sim_office_unlock(scene->office);
	return strlist_join(&list, "\n");
}

static char *channels(Scene *scene) {
	AUTO_CLEAR(StrList) list = {0};
	sim_slack_channels(sim_office_lock(scene->office), &list);
	sim_office_unlock(scene->office);
	return strlist_join(&list, "\n");
}

Test(slack, what_slack_would_obey_becomes_text) {
	static const struct { const char *text, *expected; } cases[] = {
		{"a < b & c > d", "a &lt; b &amp; c &gt; d"},
		{"<!channel> <@U1> go", "&lt;!channel&gt; &lt;@U1&gt; go"},
		{"@here and @Channel, mail to ann@example.org", "@\xe2\x80\x8bhere and @\xe2\x80\x8b" "Channel, mail to ann@example.org"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Buf) out = {0};
		slack_escape(str_from(cases[i].text), &out);
		assert_text(cases[i].text, buf_text(&out), cases[i].expected);
	}
}

Test(slack, a_long_text_is_cut_between_characters) {
	AUTO_CLEAR(Buf) text = {0}, out = {0};
	while (text.len <= SLACK_TEXT_MAX)
		buf_puts(&text, "\xe2\x82\xac");
	slack_escape(buf_str(&text), &out);
	cr_expect(out.len <= SLACK_TEXT_MAX, "%zu bytes", out.len);
	cr_expect(str_ends(buf_str(&out), "\xe2\x82\xac\xe2\x80\xa6"));
}

Test(slack, channels_are_named_by_the_rule) {
	static const struct { const char *template, *incident, *expected; } cases[] = {
		{"inc-${date}-${slug}", INCIDENT, "inc-2026-01-02-db-down"},
		{"INC ${slug}!!", "20260102-031205-Mass Publish", "inc-mass-publish"},
		{"inc-${date}-${slug}", "elsewhere", "inc-elsewhere"},
		{"${slug}", "20260102-031205-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
		{"!!!", INCIDENT, ""},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_FREE char *name = slack_channel_name(cases[i].template, cases[i].incident);
		assert_text(cases[i].template, name, cases[i].expected);
		AUTO_FREE char *other = slack_other_name(name, 20);
		cr_expect(strlen(other) <= SLACK_NAME_MAX);
	}
}

Test(slack, the_incidents_channel_is_made_and_messages_find_it) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0}, said = {0}, answered = {0};
	AUTO_CLEAR(ActionResult) result = {0}, posted = {0}, answer = {0};
	Error err = {0};
	scene_begin(&scene, false, "    invite: [U1, U2]\n");
	arg(&scene, "topic", "database lost");
	assert_ok(run(&scene, "slack.channel", &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	assert_text("value", result.value, "C0000001");
	scene.args = json_free(scene.args);
	scene.call.args = scene.args = json_new_object();
	arg(&scene, "text", "We are on it");
	assert_ok(run(&scene, "slack.post", &said, &posted, &err), &err);
	cr_expect_eq(posted.verified, VERIFIED_YES, "%s", posted.evidence);
	arg(&scene, "thread", posted.value);
	arg(&scene, "text", "More <soon>");
	assert_ok(run(&scene, "slack.post", &answered, &answer, &err), &err);
	AUTO_FREE char *there = channels(&scene), *written = messages(&scene);
	assert_text("channels", there, "C0GENERAL general  \nC0000001 inc-2026-01-02-db-down database lost U1,U2");
	assert_text("messages", written, "C0000001 1 We are on it\nC0000001 2>1 More &lt;soon&gt;");
}

Test(slack, a_name_that_is_taken_gets_a_number) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_begin(&scene, false, "    channel-name: general\n");
	assert_ok(run(&scene, "slack.channel", &plan, &result, &err), &err);
	AUTO_FREE char *there = channels(&scene);
	cr_expect(strstr(there, "C0000001 general-2 "), "%s", there);
	cr_expect(strstr(result.evidence, "#general-2"), "%s", result.evidence);
}

Test(slack, an_invitation_that_fails_goes_on_with_the_same_channel) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0}, again = {0};
	AUTO_CLEAR(ActionResult) result = {0}, second = {0};
	Error err = {0};
	scene_begin(&scene, false, "    invite: U1\n");
	sim_slack_refuse(sim_office_lock(scene.office), "conversations.invite", "cant_invite");
	sim_office_unlock(scene.office);
	cr_expect(!run(&scene, "slack.channel", &plan, &result, &err));
	cr_expect(strstr(err.why, "cant_invite") && *err.hint, "%s", err.why);
	cr_expect_eq(result.verified, VERIFIED_NO, "%s", result.evidence);
	sim_slack_refuse(sim_office_lock(scene.office), "conversations.invite", NULL);
	sim_office_unlock(scene.office);
	assert_ok(run(&scene, "slack.channel", &again, &second, &err), &err);
	assert_text("the same", second.value, "C0000001");
	AUTO_FREE char *there = channels(&scene);
	cr_expect(!strstr(there, "C0000002"), "%s", there);
}

typedef struct RefusalCase { const char *method, *code, *why, *hint; ErrorKind kind; } RefusalCase;
static const RefusalCase REFUSED[] = {
	{"chat.postMessage", "not_in_channel", "not in the channel", "/invite", ERROR_DENIED},
	{"chat.postMessage", "missing_scope", "needs channels:manage", "add the scope", ERROR_DENIED},
	{"chat.postMessage", "token_revoked", "revoked", "SLACK_TOKEN", ERROR_DENIED},
	{"chat.postMessage", "is_archived", "archived", "unarchive", ERROR_CONFLICT},
	{"chat.postMessage", "a_word_of_tomorrow", "a_word_of_tomorrow", "api.slack.com", ERROR_REMOTE},
};

Test(slack, each_refusal_says_what_to_do_and_nothing_was_posted) {
	AUTO_CLEAR(Scene) scene = {0};
	scene_begin(&scene, false, "    channel: C0GENERAL\n");
	arg(&scene, "text", "hello");
	for (size_t i = 0; i < BG_LENGTH(REFUSED); i++) {
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		Error err = {0};
		sim_slack_refuse(sim_office_lock(scene.office), REFUSED[i].method, REFUSED[i].code);
		sim_office_unlock(scene.office);
		cr_expect(!run(&scene, "slack.post", &plan, &result, &err));
		cr_expect(strstr(err.why, REFUSED[i].why) && strstr(err.hint, REFUSED[i].hint) && strstr(err.where, "chat.postMessage"), "%s | %s | %s",
			err.why, err.hint, err.where);
		cr_expect_eq(err.kind, REFUSED[i].kind);
		cr_expect_eq(result.verified, VERIFIED_NO, "%s", result.evidence);
	}
	AUTO_FREE char *written = messages(&scene);
	assert_text("messages", written, "");
}

Test(slack, a_lost_answer_is_in_doubt_and_is_not_sent_again) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_begin(&scene, false, "    channel: C0GENERAL\n");
	arg(&scene, "text", "once");
	sim_slack_lose(sim_office_lock(scene.office), 1);
	sim_office_unlock(scene.office);
	cr_expect(!run(&scene, "slack.post", &plan, &result, &err));
	cr_expect(result.began && result.verified == VERIFIED_UNKNOWN, "%s", result.evidence);
	cr_expect(strstr(result.evidence, "may have been posted"), "%s", result.evidence);
	AUTO_FREE char *written = messages(&scene);
	assert_text("messages", written, "C0GENERAL 1 once");
}

Test(slack, what_never_left_is_known_not_to_be_posted) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_begin(&scene, false, "    channel: C0GENERAL\n");
	arg(&scene, "text", "never");
	const Action *action = action_find("slack.post");
	assert_ok(action->plan(&scene.call, &plan, &err), &err);
	scene.office = sim_office_stop(scene.office);
	assert_refused(action->apply(&scene.call, &plan, &result, &err), &err, ERROR_IO, "connection refused");
	assert_ok(action->verify(&scene.call, &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_NO, "%s", result.evidence);
}

Test(slack, a_limit_is_waited_for_inside_the_deadline) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_begin(&scene, false, "    channel: C0GENERAL\n");
	arg(&scene, "text", "patient");
	sim_slack_limit(sim_office_lock(scene.office), 2, 0);
	sim_office_unlock(scene.office);
	assert_ok(run(&scene, "slack.post", &plan, &result, &err), &err);
	sim_slack_limit(sim_office_lock(scene.office), 1, 600);
	sim_office_unlock(scene.office);
	assert_refused(action_find("slack.post")->apply(&scene.call, &plan, &result, &err), &err, ERROR_REMOTE, "for 600 s");
	AUTO_FREE char *written = messages(&scene);
	assert_text("messages", written, "C0GENERAL 1 patient");
}

Test(slack, a_webhook_posts_and_its_address_is_shown_nowhere) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0}, none = {0};
	AUTO_CLEAR(ActionResult) result = {0}, failed = {0};
	Error err = {0};
	scene_begin(&scene, true, "");
	arg(&scene, "text", "through the hook");
	assert_ok(run(&scene, "slack.post", &plan, &result, &err), &err);
	cr_expect(result.verified == VERIFIED_UNKNOWN && strstr(result.evidence, "Slack took it"), "%s", result.evidence);
	cr_expect(plan.warnings.count == 1 && strstr(plan.warnings.items[0], "only a webhook"));
	AUTO_FREE char *written = messages(&scene);
	assert_text("messages", written, "C0GENERAL 1 through the hook");
	sim_office_ending(scene.office, SIM_ENDING_RESET);
	cr_expect(!run(&scene, "slack.post", &none, &failed, &err));
	cr_expect(str_starts(str_from(err.where), "POST http://127.0.0.1:") && !strstr(err.where, "services"), "%s", err.where);
	assert_refused(action_find("slack.channel")->plan(&scene.call, &none, &err), &err, ERROR_INVALID, "cannot make channels");
}

static bool is_taken(const char *system, Error *err) {
	AUTO(Environment) *environment = NULL;
	AUTO_FREE char *text = bg_asprintf("name: t\nkind: live\nsystems:\n  chat: { provider: slack%s }\n", system);
	assert_ok(environment_parse(str_from(text), "e.yaml", &environment, err), err);
	return provider_check_environment(environment, err);
}

Test(slack, a_system_needs_a_token_or_a_webhook) {
	Error err = {0};
	assert_refused(is_taken("", &err), &err, ERROR_MISSING, "neither a token nor a webhook");
	assert_refused(is_taken(", token: { env: X }, chanel: C1", &err), &err, ERROR_INVALID, "no setting chanel");
	assert_ok(is_taken(", webhook: { env: X }", &err), &err);
}
