/* Trello, against a board of the sandbox's own code: one card for each improvement and never two, what is refused, what an answer that was lost leaves, and
 * what is never shown. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/trello/trello.h"
#include "core/sandbox/sim_office.h"
#include "fixture.h"

#define INCIDENT "20260102-031205-db-down"

typedef struct Scene {
	SimOffice *office;
	Environment *environment;
	TempFolder folder;
	Json *args, *improvements;
	Call call;
	int waits;                   /* progress that speaks of waiting */
	bool impatient;              /* somebody cancels as soon as it waits */
	bool cancelled;
} Scene;

static void on_progress(void *userdata, const char *text, int64_t done, int64_t total) {
	Scene *scene = userdata;
	(void) done, (void) total;
	if (strstr(text, "Trello has had too many requests: waiting 10 s") || strstr(text, "waiting 0 s")) {
		scene->waits++;
		scene->cancelled = scene->impatient;
	}
}

static bool is_cancelled(void *userdata) { return ((const Scene *) userdata)->cancelled; }

static void note(Scene *scene, int record, const char *who, const char *text) {
	Json *json = json_append(scene->improvements, json_new_object());
	json_add_int(json, "record", record);
	json_add_string(json, "who", who);
	json_add_string(json, "text", text);
}

static void scene_begin(Scene *scene, const char *board, const char *settings) {
	Error err = {0};
	scene->folder = temp_folder();
	assert_ok(sim_office_start(&scene->office, &err), &err);
	setenv("TRELLO_KEY", SIM_OFFICE_KEY, 1);
	setenv("TRELLO_TOKEN", SIM_OFFICE_TRELLO_TOKEN, 1);
	AUTO_FREE char *text = bg_asprintf("name: test\nkind: live\nsystems:\n  cards:\n    provider: trello\n    url: %s\n    board: %s\n"
		"    key: { env: TRELLO_KEY }\n    token: { env: TRELLO_TOKEN }\n%s", sim_office_trello_url(scene->office), board, settings);
	assert_ok(environment_parse(str_from(text), temp_path(&scene->folder, "environment.yaml"), &scene->environment, &err), &err);
	assert_ok(provider_check_environment(scene->environment, &err), &err);
	scene->args = json_new_object();
	scene->improvements = json_new_array();
	scene->call = (Call){.environment = scene->environment, .system = &scene->environment->systems[0], .args = scene->args, .incident = INCIDENT,
		.improvements = scene->improvements, .progress = on_progress, .cancelled = is_cancelled, .userdata = scene, .deadline = {mono_now().ms + 20000}};
}

/* On the board of the sandbox, with a list of its own. */
static void scene_usual(Scene *scene) { scene_begin(scene, SIM_TRELLO_BOARD, "    list: To do\n"); }

static void scene_clear(Scene *scene) {
	scene->office = sim_office_stop(scene->office);
	scene->environment = environment_free(scene->environment);
	scene->args = json_free(scene->args);
	scene->improvements = json_free(scene->improvements);
	temp_folder_clear(&scene->folder);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

static void arg(Scene *scene, const char *name, const char *value) { json_add_string(scene->args, name, value); }

static void tells_no_secret(const char *text) {
	assert_no_secret(text, SIM_OFFICE_KEY);
	assert_no_secret(text, SIM_OFFICE_TRELLO_TOKEN);
}

/* Plans, applies and verifies, as a worker does; false: apply failed. */
static bool run(Scene *scene, Plan *plan, ActionResult *result, Error *err) {
	const Action *action = action_find("trello.card");
	Error looking = {0};
	assert_ok(provider_check_args(&action->spec, scene->args, err), err);
	assert_ok(action->plan(&scene->call, plan, err), err);
	bool ok = action->apply(&scene->call, plan, result, err);
	bool looked = action->verify(&scene->call, plan, result, &looking);
	if (!looked)
		result->verified = VERIFIED_UNKNOWN;
	AUTO(Json) *json = plan_to_json(plan);
	AUTO_FREE char *text = json_text(json);
	char told[640];
	error_format(err, told, sizeof(told));
	tells_no_secret(text);
	tells_no_secret(told);
	tells_no_secret(looking.why);
	return ok;
}

static char *cards(Scene *scene) {
	AUTO_CLEAR(StrList) list = {0};
	sim_trello_cards(sim_office_lock_trello(scene->office), &list);
	sim_office_unlock(scene->office);
	return strlist_join(&list, "\n");
}

static void expect_cards(Scene *scene, const char *expected) {
	AUTO_FREE char *there = cards(scene);
	assert_text("cards", there, expected);
}

/* One run that goes well; what it planned is given back as its changes. Owned. */
static char *run_well(Scene *scene) {
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(StrList) lines = {0};
	Error err = {0};
	assert_ok(run(scene, &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	cr_expect_eq(plan.nothing_to_do, plan.count == 0);
	plan_describe(&plan, &lines);
	for (size_t i = 0; i < plan.preconditions.count; i++)
		strlist_add(&lines, plan.preconditions.items[i]);
	return strlist_join(&lines, "\n");
}

Test(trello, each_improvement_gets_a_card_and_never_two) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_usual(&scene);
	arg(&scene, "improvements", "yes");
	note(&scene, 12, "ann", "Alert on the size of the backup");
	note(&scene, 17, "bob", "Say the telephone number\nof the duty manager");
	assert_ok(run(&scene, &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	cr_expect(plan.count == 2 && strstr(plan.changes[0].what, "\"Alert on the size of the backup\"") && strstr(plan.changes[0].to, "new, in To do; noted by ann, record 12"),
		"%s", plan.changes[0].to);
	cr_expect(strstr(plan.request, "/1/cards {\"idList\":\"66a1b2c3d4e5f60718290001\",\"name\":\"Alert on"), "%s", plan.request);
	cr_expect(result.value && str_starts(str_from(result.value), "https://trello.com/c/") && strchr(result.value, ' '), "%s", result.value);
	expect_cards(&scene, "To do: Alert on the size of the backup\nTo do: Say the telephone number of the duty manager");
	assert_text("text", sim_trello_desc(sim_office_lock_trello(scene.office), 1), "Say the telephone number\nof the duty manager\n\nNoted by bob.\n\nbreakglass: incident "
		INCIDENT ", record 17");
	/* Somebody works on them; a repetition makes what came since, and nothing else. */
	sim_office_unlock(scene.office);
	sim_trello_move(sim_office_lock_trello(scene.office), 0, "Doing", false);
	sim_office_unlock(scene.office);
	sim_trello_move(sim_office_lock_trello(scene.office), 1, "Done", true);
	sim_office_unlock(scene.office);
	AUTO_FREE char *nothing = run_well(&scene);
	cr_expect(strstr(nothing, "\"Alert on the size of the backup\" has its card already: https://trello.com/c/") &&
		strstr(nothing, "has its card already, archived: "), "%s", nothing);
	note(&scene, 21, "ann", "Train it");
	free(run_well(&scene));
	expect_cards(&scene, "Doing: Alert on the size of the backup\nDone: Say the telephone number of the duty manager (archived)\nTo do: Train it");
}

Test(trello, a_card_by_itself_is_made_once_too) {
	AUTO_CLEAR(Scene) scene = {0};
	scene_begin(&scene, SIM_TRELLO_BOARD, "");
	arg(&scene, "name", "Review: \"db\" <b>\xe2\x80\xae");
	arg(&scene, "desc", "two\nlines");
	arg(&scene, "list", "66a1b2c3d4e5f60718290002");
	free(run_well(&scene));
	free(run_well(&scene));
	expect_cards(&scene, "Doing: Review: \"db\" <b>\xef\xbf\xbd");
	cr_expect(str_starts(str_from(sim_trello_desc(sim_office_lock_trello(scene.office), 0)), "two\nlines\n\nbreakglass: incident " INCIDENT ", card "));
	sim_office_unlock(scene.office);
}

Test(trello, without_improvements_nothing_is_done_and_the_plan_says_how_to_note_one) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_usual(&scene);
	arg(&scene, "improvements", "yes");
	assert_ok(run(&scene, &plan, &result, &err), &err);
	cr_expect(plan.nothing_to_do && plan.warnings.count == 1 && strstr(plan.warnings.items[0], "note --improvement"));
	cr_expect(!result.began && result.verified == VERIFIED_YES, "%s", result.evidence);
}

Test(trello, cards_behind_many_others_are_found) {
	AUTO_CLEAR(Scene) scene = {0};
	scene_usual(&scene);
	arg(&scene, "improvements", "yes");
	note(&scene, 12, "ann", "Alert");
	free(run_well(&scene));
	sim_trello_fill(sim_office_lock_trello(scene.office), 1100, wall_now());
	sim_office_unlock(scene.office);
	free(run_well(&scene));
	expect_cards(&scene, "To do: Alert");
}

typedef struct PlaceCase { const char *board, *list, *why, *hint; ErrorKind kind; bool refused; } PlaceCase;
static const PlaceCase PLACES[] = {
	{SIM_TRELLO_BOARD, "Todo", "the board Improvements has no list Todo", "name one of: To do, Doing, Done", ERROR_MISSING, false},
	{SIM_TRELLO_BOARD, "Old", "is archived", "out of the archive", ERROR_CONFLICT, false},
	{SIM_TRELLO_BOARD, NULL, "into which list is not said", "list: in the system", ERROR_MISSING, false},
	{"AAAAAAAA", "To do", "knows no such board (status 404): board not found", "behind /b/", ERROR_MISSING, true},
	{"nonsense-of-mine", "To do", "knows no such board (status 400): invalid id", "behind /b/", ERROR_MISSING, true},
};

Test(trello, a_place_that_is_not_there_is_named_with_those_that_are) {
	for (size_t i = 0; i < BG_LENGTH(PLACES); i++) {
		AUTO_CLEAR(Scene) scene = {0};
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(Reading) reading = {0};
		Error err = {0};
		scene_begin(&scene, PLACES[i].board, "");
		arg(&scene, "list", PLACES[i].list);
		probe_find("trello.list")->read(&scene.call, &reading);
		cr_expect_eq(reading.state, PLACES[i].refused ? READING_UNKNOWN : READING_FAIL, "%s", reading.text);
		cr_expect(strstr(reading.text, PLACES[i].why), "%s", reading.text);
		arg(&scene, "improvements", "yes");
		assert_refused(action_find("trello.card")->plan(&scene.call, &plan, &err), &err, PLACES[i].kind, PLACES[i].why);
		cr_expect(strstr(err.hint, PLACES[i].hint) && *err.where && *err.what, "%s | %s", err.hint, err.where);
	}
}

Test(trello, a_list_that_is_there_is_green_by_its_name_and_by_its_id) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Reading) own = {0}, named = {0};
	scene_usual(&scene);
	probe_find("trello.list")->read(&scene.call, &own);
	assert_text("text", own.text, "list To do is there");
	cr_expect(own.state == READING_OK && text_eq(json_get_string(own.facts, "board"), "Improvements"), "%s", own.reason);
	arg(&scene, "list", "66a1b2c3d4e5f60718290002");
	probe_find("trello.list")->read(&scene.call, &named);
	cr_expect(named.state == READING_OK && text_eq(json_get_string(named.facts, "list"), "Doing"), "%s", named.reason);
}

#define BOARD_IS(closed) "{\"id\":\"b1\",\"name\":\"B\",\"closed\":" closed "}"
#define LIST_IS(id, closed) "{\"id\":\"" id "\",\"name\":\"L\",\"closed\":" closed "}"
typedef struct BoardCase { const char *board, *lists; ReadingState state; const char *text; } BoardCase;
static const BoardCase BOARDS[] = {
	{BOARD_IS("false"), "[" LIST_IS("l1", "true") "," LIST_IS("l2", "false") "," LIST_IS("l3", "true") "]", READING_OK, "list L is there"},
	{BOARD_IS("false"), "[" LIST_IS("l1", "false") "," LIST_IS("l2", "false") "]", READING_FAIL, "has 2 lists named L"},
	{BOARD_IS("false"), "[]", READING_FAIL, "has no list L"},
	{BOARD_IS("true"), "[]", READING_FAIL, "the board B is closed"},
	{"[]", "[]", READING_UNKNOWN, "does not say id, name and state"},
	{BOARD_IS("false"), "[" LIST_IS("../x", "false") "]", READING_UNKNOWN, "does not give the lists"},
};

Test(trello, of_lists_with_one_name_the_open_one_is_meant) {
	for (size_t i = 0; i < BG_LENGTH(BOARDS); i++) {
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		const FixtureRoute routes[] = {
			{"GET /1/boards/b1/lists*", 200, NULL, BOARDS[i].lists, LOOPBACK_WHOLE}, {"GET /1/boards/b?*", 200, NULL, BOARDS[i].board, LOOPBACK_WHOLE},
			{NULL, 0, NULL, NULL, LOOPBACK_WHOLE},
		};
		fixture_begin(&fixture, "trello", "    board: b\n    list: L\n    key: { env: FIXTURE_TOKEN }\n    token: { env: FIXTURE_TOKEN }\n", routes);
		fixture_read(&fixture, "trello.list", &reading);
		cr_expect(reading.state == BOARDS[i].state && strstr(reading.text, BOARDS[i].text), "%zu: %s", i, reading.text);
	}
}

typedef struct KeyCase { const char *name, *value, *why, *hint; } KeyCase;
static const KeyCase KEYS[] = {
	{"TRELLO_KEY", "ffffffffffffffffffffffffffffffff", "does not know the key (status 401): invalid key", "environment variable TRELLO_KEY"},
	{"TRELLO_TOKEN", "ATTAffffffffffffffffffff", "does not accept the token (status 401): invalid token", "environment variable TRELLO_TOKEN"},
	{"TRELLO_TOKEN", "ab\", x=\"cd", "holds what no token of Trello holds", "copy it again"},
};

Test(trello, wrong_credentials_are_told_apart_and_never_shown) {
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++) {
		AUTO_CLEAR(Scene) scene = {0};
		AUTO_CLEAR(Plan) plan = {0};
		Error err = {0};
		scene_usual(&scene);
		setenv(KEYS[i].name, KEYS[i].value, 1);
		arg(&scene, "name", "x");
		cr_expect(!action_find("trello.card")->plan(&scene.call, &plan, &err));
		cr_expect(strstr(err.why, KEYS[i].why) && strstr(err.hint, KEYS[i].hint), "%s | %s", err.why, err.hint);
		assert_no_secret(err.why, KEYS[i].value);
		assert_no_secret(err.hint, KEYS[i].value);
	}
}

Test(trello, a_token_that_may_only_read_makes_nothing) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_usual(&scene);
	arg(&scene, "name", "x");
	sim_trello_read_only(sim_office_lock_trello(scene.office));
	sim_office_unlock(scene.office);
	cr_expect(!run(&scene, &plan, &result, &err));
	cr_expect(strstr(err.why, "does not let this token do that") && strstr(err.hint, "scope=read,write"), "%s | %s", err.why, err.hint);
	cr_expect_eq(result.verified, VERIFIED_NO, "%s", result.evidence);
}

Test(trello, after_a_lost_answer_the_board_tells_what_came_of_it) {
	AUTO_CLEAR(Scene) scene = {0};
	scene_usual(&scene);
	arg(&scene, "improvements", "yes");
	note(&scene, 12, "ann", "Alert");
	note(&scene, 13, "ann", "Train it");
	for (int done = 0; done < 2; done++) {
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		Error err = {0};
		sim_trello_lose(sim_office_lock_trello(scene.office), 1, done == 1);
		sim_office_unlock(scene.office);
		cr_expect(!run(&scene, &plan, &result, &err));
		cr_expect(result.began && result.verified == VERIFIED_NO && strstr(result.evidence, done ? "1 of 2 cards are on the board; \"Train it\" is not" : "0 of 2 cards"),
			"%s", result.evidence);
	}
	sim_trello_lose(sim_office_lock_trello(scene.office), 1, true);
	sim_office_unlock(scene.office);
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	/* The last one: it was done, and the board says so. */
	cr_expect(!run(&scene, &plan, &result, &err));
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	free(run_well(&scene));
	expect_cards(&scene, "To do: Alert\nTo do: Train it");
}

Test(trello, where_nobody_can_look_it_is_in_doubt) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0}, looking = {0};
	scene_usual(&scene);
	arg(&scene, "name", "x");
	const Action *action = action_find("trello.card");
	assert_ok(action->plan(&scene.call, &plan, &err), &err);
	sim_office_ending(scene.office, SIM_ENDING_RESET);
	cr_expect(!action->apply(&scene.call, &plan, &result, &err) && result.began);
	cr_expect(!action->verify(&scene.call, &plan, &result, &looking) && result.verified == VERIFIED_UNKNOWN);
}

Test(trello, a_limit_is_waited_for_and_can_be_cancelled) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	scene_usual(&scene);
	arg(&scene, "name", "patient");
	sim_trello_limit(sim_office_lock_trello(scene.office), 2, 0);
	sim_office_unlock(scene.office);
	free(run_well(&scene));
	cr_expect_eq(scene.waits, 2);
	/* Without a header ten seconds, as long as nobody has enough of it. */
	scene.impatient = true;
	sim_trello_limit(sim_office_lock_trello(scene.office), 1, -1);
	sim_office_unlock(scene.office);
	assert_refused(action_find("trello.card")->plan(&scene.call, &plan, &err), &err, ERROR_REMOTE, "too many requests (status 429): Rate limit exceeded (API_TOKEN_LIMIT_EXCEEDED)");
	cr_expect_eq(scene.waits, 3);
	/* And not beyond the deadline. */
	scene.cancelled = false;
	scene.call.deadline = (MonoTime){mono_now().ms + 9000};
	sim_trello_limit(sim_office_lock_trello(scene.office), 1, -1);
	sim_office_unlock(scene.office);
	assert_refused(action_find("trello.card")->plan(&scene.call, &plan, &err), &err, ERROR_REMOTE, "too many requests");
	cr_expect_eq(scene.waits, 3);
	expect_cards(&scene, "To do: patient");
}

typedef struct MayCase { const char *list, *token; RightAnswer answer; const char *evidence; } MayCase;
static const MayCase MAY[] = {
	{"To do", SIM_OFFICE_TRELLO_TOKEN, RIGHT_UNTOLD, "it sees the list on the board Improvements"},
	{"Todo", SIM_OFFICE_TRELLO_TOKEN, RIGHT_NO, "the board Improvements has no list Todo"},
	{"To do", "ATTAother", RIGHT_NO, "does not accept the token"},
	{NULL, SIM_OFFICE_TRELLO_TOKEN, RIGHT_NO, "into which list is not said"},
};

Test(trello, in_quiet_times_what_can_be_known_of_the_token_is) {
	for (size_t i = 0; i < BG_LENGTH(MAY); i++) {
		AUTO_CLEAR(Scene) scene = {0};
		AUTO_CLEAR(Rights) rights = {0};
		AUTO_CLEAR(StrList) changes = {0};
		scene_begin(&scene, SIM_TRELLO_BOARD, "");
		setenv("TRELLO_TOKEN", MAY[i].token, 1);
		arg(&scene, "list", MAY[i].list);
		for (int twice = 0; twice < 2; twice++)
			TRELLO_PROVIDER.may(&scene.call, "trello.card", &rights);
		cr_assert_eq(rights.count, 1);
		cr_expect(rights.items[0].answer == MAY[i].answer && strstr(rights.items[0].evidence, MAY[i].evidence), "%s: %s", rights.items[0].what, rights.items[0].evidence);
		tells_no_secret(rights.items[0].evidence);
		sim_office_changes(scene.office, &changes);
		cr_expect_eq(changes.count, 0);
	}
}

Test(trello, which_card_is_not_guessed) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	scene_usual(&scene);
	const Action *action = action_find("trello.card");
	assert_refused(action->plan(&scene.call, &plan, &err), &err, ERROR_INVALID, "which card is not said");
	arg(&scene, "improvements", "no");
	assert_refused(action->plan(&scene.call, &plan, &err), &err, ERROR_INVALID, "which card is not said");
	arg(&scene, "desc", "x");
	assert_refused(action->plan(&scene.call, &plan, &err), &err, ERROR_INVALID, "desc is said of no card");
	arg(&scene, "name", " ");
	assert_refused(action->plan(&scene.call, &plan, &err), &err, ERROR_INVALID, "the card has no name");
}

static bool is_taken(const char *system, Error *err) {
	AUTO(Environment) *environment = NULL;
	AUTO_FREE char *text = bg_asprintf("name: t\nkind: live\nsystems:\n  cards: { provider: trello%s }\n", system);
	assert_ok(environment_parse(str_from(text), "e.yaml", &environment, err), err);
	return provider_check_environment(environment, err);
}

Test(trello, a_system_needs_a_board_and_both_secrets) {
	Error err = {0};
	assert_refused(is_taken(", board: b", &err), &err, ERROR_MISSING, "has no key");
	assert_refused(is_taken(", board: b, key: abc, token: { env: T }", &err), &err, ERROR_INVALID, "key of cards is a secret");
	assert_refused(is_taken(", key: { env: K }, token: { env: T }", &err), &err, ERROR_MISSING, "has no board");
	assert_ok(is_taken(", board: b, key: { env: K }, token: { env: T }", &err), &err);
}
