/* What happens is posted by itself, in one thread: in order, once, and never in the way; through engine and prober, against a workspace of our own. */
#include <signal.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_office.h"
#include "gated_scene.h"

typedef struct Told { Scene scene; SimOffice *office; } Told;

static void told_clear(Told *told) {
	scene_clear(&told->scene);
	told->office = sim_office_stop(told->office);
}
BG_DEFINE_CLEARP(Told, told_clear)

static void told_begin(Told *told) {
	Error err = {0};
	assert_ok(sim_office_start(&told->office, &err), &err);
	AUTO_FREE char *more = bg_asprintf("systems:\n  chat: { provider: slack, url: \"%s\", token: { file: SCENE/token } }\n"
		"announce: { system: chat, channel: C0GENERAL }\n", sim_office_slack_url(told->office));
	told->scene = gated_scene_new(more);
	AUTO_FREE char *path = path_join(told->scene.folder.path, "token");
	assert_ok(file_write_atomic(path, SIM_OFFICE_TOKEN, strlen(SIM_OFFICE_TOKEN), 0600, &err), &err);
}

static void messages(Told *told, StrList *ret) {
	sim_slack_messages(sim_office_lock(told->office), ret);
	sim_office_unlock(told->office);
}

/* Message `index` begins with `place`, and has `part` in it. */
static void expect_message(const StrList *list, size_t index, const char *place, const char *part) {
	AUTO_FREE char *all = strlist_join(list, "\n");
	cr_assert(index < list->count, "%zu messages: %s", list->count, all);
	cr_expect(str_starts(str_from(list->items[index]), place) && strstr(list->items[index], part), "%s %s: %s", place, part, all);
}

static const Reading *place(const ClientModel *model) {
	for (size_t i = 0; i < model->reading_count; i++)
		if (text_eq(model->readings[i].name, "announcements"))
			return &model->readings[i];
	return NULL;
}

static bool place_says(const ClientModel *model, void *userdata) {
	const Reading *reading = place(model);
	return reading && ((reading->text && strstr(reading->text, userdata)) || (reading->reason && strstr(reading->reason, userdata)));
}

static void wait_place(Told *told, const char *says) {
	Error err = {0};
	Client *client = scene_client(&told->scene, true);
	bool ok = client_wait(client, place_says, (void *) (uintptr_t) says, SCENE_WAIT_MS, &err);
	const Reading *reading = place(client_model(client));
	cr_expect(ok, "%s: %s (%s)", says, reading ? reading->text : "-", reading ? reading->reason : "-");
	client_close(client);
}

static void refuse(Told *told, const char *error) {
	sim_slack_refuse(sim_office_lock(told->office), "chat.postMessage", error);
	sim_office_unlock(told->office);
}

Test(announcements, a_walk_is_told_in_one_thread) {
	AUTO_CLEAR(Told) told = {0};
	AUTO_CLEAR(StrList) list = {0};
	told_begin(&told);
	Scene *scene = &told.scene;
	gated_scene_begin(scene);
	scene_ok(scene, "note", "nobody is told of notes");
	scene_ok(scene, "sign", "1", "--role", "product", "--key", scene_key(scene, "ann"));
	scene_ok(scene, "sign", "1", "--role", "engineering", "--key", scene_key(scene, "bob"));
	scene_ok(scene, "apply", "1", "--yes");
	scene_ok(scene, "handover", "bob");
	scene_ok(scene, "sitrep", "--post");
	scene_ok(scene, "end", "--reason", "over");
	cr_assert(sim_office_wait_messages(told.office, 8));
	messages(&told, &list);
	expect_message(&list, 0, "C0GENERAL 1 ", "Z incident declared: it broke. Environment trial");
	expect_message(&list, 1, "C0GENERAL 2>1 ", "sign-off asked: ");
	expect_message(&list, 1, "C0GENERAL 2>1 ", "(product and engineering)");
	expect_message(&list, 2, "C0GENERAL 3>1 ", "ann signed as product");
	expect_message(&list, 3, "C0GENERAL 4>1 ", "bob signed as engineering");
	expect_message(&list, 4, "C0GENERAL 5>1 ", "command.run done");
	expect_message(&list, 5, "C0GENERAL 6>1 ", "command goes to bob");
	expect_message(&list, 6, "C0GENERAL 7>1 ", "Situation report by ann:\n");
	expect_message(&list, 7, "C0GENERAL 8>1 ", "incident ended");
	cr_expect_eq(list.count, 8);
	scene_ok(scene, "verify");
}

Test(announcements, a_sitrep_is_not_taken_where_it_would_not_be_posted) {
	AUTO_CLEAR(Scene) scene = gated_scene_new("");
	scene_ok(&scene, "declare", "it broke");
	scene_refused(&scene, 1, "names no place to post it", "sitrep", "--post");
	scene_ok(&scene, "note", "--improvement", "alert on the size of the backup");
	scene_ok(&scene, "timeline");
	cr_assert(scene_says(&scene, "improvement: alert on the size of the backup"), "%s", scene.said);
}

Test(announcements, an_engine_that_is_killed_posts_nothing_twice) {
	AUTO_CLEAR(Told) told = {0};
	AUTO_CLEAR(StrList) list = {0};
	told_begin(&told);
	wait_place(&told, "ready");
	/* The first is under way and not answered; everything else goes on meanwhile. */
	sim_office_ending(told.office, SIM_ENDING_HANG);
	scene_ok(&told.scene, "declare", "it broke");
	cr_assert(sim_office_wait_changes(told.office, 1));
	scene_ok(&told.scene, "start", "walk");
	scene_ok(&told.scene, "tick", "2");
	scene_end_engine(&told.scene, SIGKILL);
	sim_office_ending(told.office, SIM_ENDING_WHOLE);
	scene_ok(&told.scene, "handover", "bob");
	cr_assert(sim_office_wait_messages(told.office, 1));
	wait_place(&told, "posted up to record");
	wait_place(&told, "may not be posted");
	messages(&told, &list);
	expect_message(&list, 0, "C0GENERAL 1 ", "command goes to bob [ann] (the message before this one may be missing");
	cr_expect_eq(list.count, 1, "%zu", list.count);
	/* What was posted is known to the next engine, too. */
	scene_end_engine(&told.scene, SIGKILL);
	scene_ok(&told.scene, "handover", "ann");
	cr_assert(sim_office_wait_messages(told.office, 2));
	strlist_clear(&list);
	messages(&told, &list);
	expect_message(&list, 1, "C0GENERAL 2>1 ", "command goes to ann");
	cr_expect_eq(list.count, 2, "%zu", list.count);
}

Test(announcements, what_slack_refuses_waits_and_the_walk_goes_on) {
	AUTO_CLEAR(Told) told = {0};
	AUTO_CLEAR(StrList) list = {0};
	told_begin(&told);
	refuse(&told, "not_in_channel");
	scene_ok(&told.scene, "declare", "it broke");
	scene_ok(&told.scene, "start", "walk");
	scene_ok(&told.scene, "handover", "bob");
	wait_place(&told, "/invite it there");
	scene_refused(&told.scene, 2, "not in the channel", "status");
	/* The next engine has them in its queue, too. */
	scene_end_engine(&told.scene, SIGTERM);
	refuse(&told, NULL);
	scene_ok(&told.scene, "handover", "ann");
	cr_assert(sim_office_wait_messages(told.office, 3));
	messages(&told, &list);
	expect_message(&list, 0, "C0GENERAL 1 ", "incident declared: it broke");
	expect_message(&list, 1, "C0GENERAL 2>1 ", "command goes to bob");
	expect_message(&list, 2, "C0GENERAL 3>1 ", "command goes to ann");
}

Test(announcements, a_lost_answer_is_said_and_not_sent_again) {
	AUTO_CLEAR(Told) told = {0};
	AUTO_CLEAR(StrList) list = {0};
	told_begin(&told);
	sim_slack_lose(sim_office_lock(told.office), 1);
	sim_office_unlock(told.office);
	scene_ok(&told.scene, "declare", "it broke");
	scene_ok(&told.scene, "handover", "bob");
	cr_assert(sim_office_wait_messages(told.office, 2));
	wait_place(&told, "look in the channel");
	messages(&told, &list);
	expect_message(&list, 0, "C0GENERAL 1 ", "incident declared");
	expect_message(&list, 1, "C0GENERAL 2 ", "(the message before this one may be missing");
	cr_expect_eq(list.count, 2);
}

Test(announcements, the_oldest_of_too_many_are_dropped_and_that_is_said) {
	AUTO_CLEAR(Told) told = {0};
	AUTO_CLEAR(StrList) list = {0};
	Error err = {0};
	told_begin(&told);
	refuse(&told, "not_in_channel");
	scene_ok(&told.scene, "declare", "it broke");
	Client *client = scene_client(&told.scene, true);
	for (int i = 0; i < 104; i++) {
		Json *data = NULL;
		assert_ok(scene_ask(client, ASK_HANDOVER, scene_args("{'to':'%s'}", i % 2 ? "ann" : "bob"), &data, &err), &err);
		json_free(data);
	}
	client_close(client);
	/* An engine that begins anew does not wait as long as one that has failed often. */
	scene_end_engine(&told.scene, SIGTERM);
	refuse(&told, NULL);
	client_close(scene_client(&told.scene, true));
	cr_assert(sim_office_wait_messages(told.office, 100));
	messages(&told, &list);
	expect_message(&list, 0, "C0GENERAL 1 ", "earlier messages were never posted");
}
