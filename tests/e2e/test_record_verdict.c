/* A record as the real engine leaves it: `breakglass verify` and the script that needs nothing of ours come to the same verdict, on the
 * record as it is and on each way to change it. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"

static const char BOOK[] =
	"# Door\n\n"
	"## Open it\n"
	"<!-- bg procedure id=open -->\n\n"
	"1. Open it.\n"
	"   <!-- bg\n"
	"   gate door roles=product,engineering distinct=yes\n"
	"   opens door-open\n"
	"   -->\n\n"
	"   ```sh {risk=change}\n"
	"   echo x >> SCENE/opened\n"
	"   ```\n"
	"2. Close it.\n"
	"   <!-- bg closes door-open -->\n";

static Scene played(void)
{
	Scene scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it \"broke\"");
	scene_ok(&scene, "start", "open");
	scene_ok(&scene, "plan", "1");
	scene_ok(&scene, "sign", "1", "--role", "product", "--person", "ann", "--key", scene_key(&scene, "ann"));
	scene_ok(&scene, "sign", "1", "--role", "engineering", "--person", "bob", "--key", scene_key(&scene, "bob"));
	scene_ok(&scene, "apply", "1", "--yes");
	scene_ok(&scene, "note", "a note with a \\ and \"quotes\" in it");
	return scene;
}

/* Both must say the same; answers whether they call it sound. */
static bool verdict(Scene *scene, const char *name)
{
	AUTO_FREE char *incident = scene_incident(scene);
	AUTO_FREE char *script = source_path("core/journal/verify.sh");
	AUTO_CLEAR(ProgramRun) run = { 0 };
	int ours = scene_run(scene, "verify", incident);
	run_program((const char *const[]) { "sh", script, incident, temp_path(&scene->folder, "allowed_signers"), NULL }, NULL, NULL, &run);
	cr_assert((ours == 0) == (run.status == 0), "%s: we say %d: %s\nthe script says %d: %s%s", name, ours, scene->said, run.status,
		buf_text(&run.out), buf_text(&run.err));
	return ours == 0;
}

typedef struct Change { const char *name, *folder, *from, *to; } Change;

/* Changes the first file of `folder` below the incident (its journal when it names none): `from` becomes `to`, or the file goes. */
static void change_file(const char *incident, const Change *change)
{
	AUTO_FREE char *folder = path_join(incident, change->folder ? change->folder : "");
	AUTO_CLEAR(StrList) names = { 0 };
	Error err;
	if (change->folder) {
		assert_ok(file_list_folder(folder, &names, &err), &err);
		cr_assert(names.count, "%s: nothing to change", change->name);
	}
	AUTO_FREE char *path = path_join(folder, change->folder ? names.items[0] : "journal.jsonl");
	if (!change->from) {
		cr_assert(unlink(path) == 0);
		return;
	}
	AUTO_FREE char *text = read_text(path);
	char *at = strstr(text, change->from);
	cr_assert(at, "%s: \"%s\" is not there", change->name, change->from);
	AUTO_CLEAR(Buf) changed = { 0 };
	buf_append(&changed, text, (size_t) (at - text));
	buf_puts(&changed, change->to);
	buf_puts(&changed, at + strlen(change->from));
	assert_ok(file_write_atomic(path, changed.data, changed.len, 0600, &err), &err);
}

Test(record_verdict, both_verifiers_find_a_real_record_sound)
{
	AUTO_CLEAR(Scene) scene = played();
	cr_assert(verdict(&scene, "as it is"), "%s", scene.said);
	cr_assert(scene_says(&scene, "sound: "));
	scene_ok(&scene, "report");
	cr_assert(scene_says(&scene, "**door-open**, opened"));
	cr_assert(scene_says(&scene, "| product | ann | signed |"));
	scene_ok(&scene, "report", "--format", "html");
	cr_assert(scene_says(&scene, "signature holds</span> ssh-ed25519"));
	cr_assert(scene_says(&scene, ">sound</b>"));
	scene_ok(&scene, "report", "--format", "json");
	cr_assert(scene_says(&scene, "\"holds\""));
	scene_ok(&scene, "sitrep");
	cr_assert(scene_says(&scene, "Open: door-open for"));
	cr_assert(scene_says(&scene, "Next: 2 Close it"));
}

/* In line mode; on a screen the same is one key. */
Test(record_verdict, the_console_tells_the_situation)
{
	AUTO_CLEAR(Scene) scene = played();
	AUTO_CLEAR(ProgramRun) run = { 0 };
	static const char *const said[] = { "SITREP ", "CONDITIONS", "ACTIONS", "- Next: 2 Close it", "NEEDS", "- Open: door-open for" };
	run_program((const char *const[]) { scene.program, "--env", scene.environment, "--state", scene.state, NULL }, "sitrep\nquit\nyes\n",
		(const char *const[]) { "ACCESSIBLE=1", NULL }, &run);
	const char *at = buf_text(&run.out);
	for (size_t i = 0; i < BG_LENGTH(said); i++) {
		at = strstr(at, said[i]);
		cr_assert(at, "no \"%s\" in its place in\n%s", said[i], buf_text(&run.out));
	}
}

Test(record_verdict, both_verifiers_find_every_change)
{
	static const Change changes[] = {
		{ "a title", NULL, "it \\\"broke\\\"", "it \\\"Broke\\\"" },
		{ "a signature", NULL, "BEGIN SSH SIGNATURE-----\\nU", "BEGIN SSH SIGNATURE-----\\nV" },
		{ "a log", "actions", "x", "y" },
		{ "a lost log", "actions", NULL, NULL },
		{ "the playbook", "playbooks", "Close", "close" },
		{ "a lost playbook", "playbooks", NULL, NULL },
		{ "a receipt", "receipts", "record: ", "record: 9" },
	};
	AUTO_CLEAR(Scene) scene = played();
	scene_end_engine(&scene, SIGTERM);
	AUTO_FREE char *incident = scene_incident(&scene);
	AUTO_FREE char *aside = bg_asprintf("%s/aside", scene.folder.path);
	for (size_t i = 0; i < BG_LENGTH(changes); i++) {
		AUTO_CLEAR(ProgramRun) kept = { 0 };
		AUTO_CLEAR(ProgramRun) back = { 0 };
		Error err;
		run_program((const char *const[]) { "cp", "-a", incident, aside, NULL }, NULL, NULL, &kept);
		cr_assert_eq(kept.status, 0);
		change_file(incident, &changes[i]);
		cr_assert_not(verdict(&scene, changes[i].name), "%s was not found", changes[i].name);
		assert_ok(file_remove_tree(incident, &err), &err);
		run_program((const char *const[]) { "mv", aside, incident, NULL }, NULL, NULL, &back);
		cr_assert_eq(back.status, 0);
	}
	cr_assert(verdict(&scene, "put back"));
}
