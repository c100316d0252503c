/* Checkpoints in a place elsewhere, through engine and prober: what happens when it is there, when it is not, and what `verify` makes of
 * it. */
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "forger.h"
#include "scene.h"

static const char BOOK[] = "# Book\n\n## Walk\n<!-- bg procedure id=walk -->\n\n1. Open it.\n2. Close it.\n";
static const char PLACES[] = "checkpoints:\n  - { name: shelf, folder: SCENE/shelf }\n";

static const Reading *shelf(const ClientModel *model)
{
	for (size_t i = 0; i < model->reading_count; i++) {
		if (text_eq(model->readings[i].name, "shelf"))
			return &model->readings[i];
	}
	return NULL;
}

static bool newest_is_kept(const ClientModel *model, void *userdata)
{
	const Reading *reading = shelf(model);
	(void) userdata;
	return model->caught_up && model->incident && reading && reading->state == READING_OK
		&& json_get_int(reading->facts, "record", 0) == model->incident->seq;
}

static bool place_fails(const ClientModel *model, void *userdata)
{
	const Reading *reading = shelf(model);
	(void) userdata;
	return reading && reading->state == READING_FAIL;
}

static void wait_until(Client *client, bool (*is)(const ClientModel *, void *), const char *what)
{
	Error err;
	const Reading *reading = shelf(client_model(client));
	cr_assert(client_wait(client, is, NULL, SCENE_WAIT_MS, &err), "%s: %s %s", what, reading ? reading->text : "", reading
		? reading->reason : "");
}

static void put_shelf(Scene *scene)
{
	cr_assert(mkdir(temp_path(&scene->folder, "shelf"), 0700) == 0);
}

Test(places, a_record_is_anchored_up_to_its_end_and_a_cut_end_is_found)
{
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, PLACES);
	put_shelf(&scene);
	scene_ok(&scene, "declare", "trouble");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "tick", "1");
	Client *client = scene_client(&scene, true);
	wait_until(client, newest_is_kept, "the newest record is kept");
	client_close(client);
	scene_end_engine(&scene, SIGTERM);
	AUTO_FREE char *incident = scene_incident(&scene);
	const char *id = path_base(incident);
	scene_ok(&scene, "verify", id);
	cr_assert(scene_says(&scene, "anchored records 1 to ") && !scene_says(&scene, "nothing outside"), "%s", scene.said);
	AUTO_FREE char *kept = bg_asprintf("%s/shelf/%s", scene.folder.path, id);
	cr_assert(scene_verdict(&scene, "with its anchors", incident, NULL, kept));
	AUTO_CLEAR(StrList) whole = { 0 };
	AUTO_CLEAR(StrList) cut = { 0 };
	forger_read(incident, &whole);
	forger_read(incident, &cut);
	forger_cut(&cut, cut.count - 1);
	forger_write(incident, &cut);
	scene_refused(&scene, 1, "place-1/latest.txt: saw record", "verify", id);
	cr_assert_not(scene_verdict(&scene, "cut, with its anchors", incident, NULL, kept));
	cr_assert(scene_verdict(&scene, "cut, without them", incident, NULL, NULL), "the chain alone cannot tell");
	forger_write(incident, &whole);
	Error err;
	assert_ok(file_remove_tree(kept, &err), &err);
	scene_refused(&scene, 1, "shelf: it holds no checkpoint of this incident", "verify", id);
	cr_assert_not(scene_verdict(&scene, "anchors gone", incident, NULL, kept));
}

Test(places, one_that_fails_holds_nothing_up_and_is_asked_again)
{
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, PLACES);
	scene_ok(&scene, "declare", "trouble");
	Client *client = scene_client(&scene, true);
	wait_until(client, place_fails, "the place fails");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "tick", "1");
	scene_ok(&scene, "tick", "2");
	scene_refused(&scene, 2, "the folder is not there", "status");
	put_shelf(&scene);
	wait_until(client, newest_is_kept, "the place is there, and was asked again");
	client_close(client);
	scene_ok(&scene, "timeline");
	cr_assert(scene_says(&scene, "shelf"), "the timeline tells of the place: %s", scene.said);
	scene_ok(&scene, "verify");
}

Test(places, a_prober_that_was_killed_gets_the_newest_again)
{
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, PLACES);
	scene_ok(&scene, "declare", "trouble");
	Client *client = scene_client(&scene, true);
	wait_until(client, place_fails, "the place fails");
	client_close(client);
	/* A new engine has a new prober; it must know the record without anything new being written. */
	scene_end_engine(&scene, SIGKILL);
	put_shelf(&scene);
	client = scene_client(&scene, true);
	wait_until(client, newest_is_kept, "kept after a new start");
	client_close(client);
}
