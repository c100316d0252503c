/* Gates, with keys and signatures as OpenSSH makes them, and every way in which a gate must not open. */
#include <signal.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"

/* The procedure's gate covers what follows it with its values filled in; step 2's covers its live plan. */
static const char BOOK[] =
	"# Signing\n"
	"<!-- bg var target ask=\"Which target?\" match=\"<target>\" -->\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Look around.\n"
	"2. Count once.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/one\n"
	"   ```\n"
	"   <!-- bg gate danger roles=product,engineering distinct=yes -->\n\n"
	"## Section\n"
	"<!-- bg\n"
	"procedure id=section\n"
	"gate whole roles=product,engineering\n"
	"-->\n\n"
	"1. Count the target.\n\n"
	"   ```sh\n"
	"   echo <target> >> SCENE/targets\n"
	"   ```\n"
	"2. Close the door.\n";

static Scene signing_scene(const char *procedure) {
	Scene scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", procedure);
	return scene;
}

static void sign(Scene *scene, const char *gate, const char *role, const char *person) {
	scene_ok(scene, "sign", gate, "--role", role, "--key", scene_key(scene, person));
}

static void expect_gate(Scene *scene, const char *words) {
	scene_ok(scene, "steps");
	cr_assert(scene_says(scene, words), "expected \"%s\":\n%s", words, scene->said);
}

Test(gates, one_that_is_not_reached_says_what_comes_first) {
	AUTO_CLEAR(Scene) scene = signing_scene("walk");
	scene_ok(&scene, "plan", "2");
	scene_refused(&scene, 1, "first 1 Look around", "sign", "2", "--role", "product", "--key", scene_key(&scene, "ann"));
}

Test(gates, a_step_waits_for_both_roles_and_then_runs) {
	AUTO_CLEAR(Scene) scene = signing_scene("walk");
	expect_gate(&scene, "gate danger: not asked yet");
	scene_ok(&scene, "plan", "2");
	expect_gate(&scene, "gate danger: not asked yet");   /* step 1 is still before it */
	scene_ok(&scene, "tick", "1");
	expect_gate(&scene, "gate danger: waiting");
	scene_refused(&scene, 1, "sign", "apply", "2", "--yes");
	sign(&scene, "2", "product", "ann");
	scene_refused(&scene, 1, "engineering", "apply", "2", "--yes");
	sign(&scene, "danger", "engineering", "bob");
	expect_gate(&scene, "gate danger: signed");
	scene_ok(&scene, "apply", "2", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 1);
	scene_ok(&scene, "verify");
	scene_check_journal(&scene, NULL);
}

Test(gates, a_signature_made_elsewhere_is_pasted) {
	AUTO_CLEAR(Scene) scene = signing_scene("walk");
	scene_ok(&scene, "plan", "2");
	scene_ok(&scene, "tick", "1");
	scene_ok(&scene, "statement", "2", "--role", "product", "--person", "ann");
	const char *text = temp_write(&scene.folder, "text", scene.said);
	AUTO_CLEAR(ProgramRun) made = {0};
	run_program((const char *const[]){"ssh-keygen", "-Y", "sign", "-n", "signoff@breakglass", "-f", scene_key(&scene, "ann"), text, NULL},
		NULL, NULL, &made);
	cr_assert_eq(made.status, 0, "%s", buf_text(&made.err));
	AUTO_FREE char *signature = bg_asprintf("%s.sig", text);
	scene_ok(&scene, "sign", "2", "--role", "product", "--statement", text, "--signature", signature);
	/* The very same bytes a second time add nobody. */
	(void) scene_run(&scene, "sign", "2", "--role", "product", "--statement", text, "--signature", signature);
	scene_refused(&scene, 1, "engineering", "apply", "2", "--yes");
	/* A text that was changed by one letter is not what was signed. */
	AUTO_FREE char *forged_text = read_text(text);
	*strstr(forged_text, "ann@") = 'A';
	const char *forged = temp_write(&scene.folder, "forged", forged_text);
	cr_assert_neq(scene_run(&scene, "sign", "2", "--role", "product", "--statement", forged, "--signature", signature), 0);
	sign(&scene, "2", "engineering", "bob");
	scene_ok(&scene, "apply", "2", "--yes");
}

Test(gates, a_person_signs_in_a_role_that_is_held_and_only_in_one) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	AUTO_FREE char *text = read_text(scene.environment);
	const char *at = strstr(text, "roles: [product]");
	AUTO_FREE char *both = bg_asprintf("%.*sroles: [product, engineering]%s", (int) (at - text), text, at + strlen("roles: [product]"));
	temp_write(&scene.folder, "environment.yaml", both);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "2");
	scene_ok(&scene, "tick", "1");
	scene_refused(&scene, 1, "does not hold the role product", "sign", "2", "--role", "product", "--key", scene_key(&scene, "bob"));
	sign(&scene, "2", "product", "ann");
	(void) scene_run(&scene, "sign", "2", "--role", "engineering", "--key", scene_key(&scene, "ann"));
	scene_refused(&scene, 1, "", "apply", "2", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 0);
}

Test(gates, a_stranger_and_a_key_that_was_taken_off_the_list_do_not_count) {
	AUTO_CLEAR(Scene) scene = signing_scene("walk");
	scene_ok(&scene, "plan", "2");
	scene_ok(&scene, "tick", "1");
	const char *stranger = scene_key(&scene, "stranger");
	AUTO_CLEAR(ProgramRun) made = {0};
	run_program((const char *const[]){"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", stranger, NULL}, NULL, NULL, &made);
	scene_refused(&scene, 1, "belongs to a signer", "sign", "2", "--role", "product", "--key", stranger);
	sign(&scene, "2", "product", "ann");
	sign(&scene, "2", "engineering", "bob");
	/* Between the signatures and the apply, bob's key is taken off the list. */
	AUTO_FREE char *allowed = read_text(temp_path(&scene.folder, "allowed_signers"));
	*strstr(allowed, "bob@") = '\0';
	temp_write(&scene.folder, "allowed_signers", allowed);
	scene_refused(&scene, 1, "no longer counts", "apply", "2", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 0);
}

Test(gates, a_no_closes_the_gate_with_its_reason) {
	AUTO_CLEAR(Scene) scene = signing_scene("walk");
	scene_ok(&scene, "plan", "2");
	scene_ok(&scene, "tick", "1");
	sign(&scene, "2", "product", "ann");
	scene_ok(&scene, "sign", "2", "--role", "engineering", "--key", scene_key(&scene, "bob"), "--no", "the build is still running");
	expect_gate(&scene, "gate danger: REFUSED");
	scene_refused(&scene, 1, "said no", "apply", "2", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 0);
}

Test(gates, a_new_plan_of_the_same_world_keeps_the_gate_open) {
	AUTO_CLEAR(Scene) scene = signing_scene("walk");
	scene_ok(&scene, "plan", "2");
	scene_ok(&scene, "tick", "1");
	sign(&scene, "2", "product", "ann");
	sign(&scene, "2", "engineering", "bob");
	scene_ok(&scene, "plan", "2");
	expect_gate(&scene, "gate danger: signed");
	scene_ok(&scene, "apply", "2", "--yes");
}

/* The world of a command step is the folder that the command before it left behind. */
Test(gates, a_world_that_drifted_stops_the_apply_and_opens_the_gate_again) {
	AUTO_CLEAR(Scene) scene = signing_scene("walk");
	scene_ok(&scene, "plan", "2");
	scene_ok(&scene, "tick", "1");
	sign(&scene, "2", "product", "ann");
	sign(&scene, "2", "engineering", "bob");
	AUTO_FREE char *folder = scene_incident(&scene);
	AUTO_FREE char *state = path_join(folder, "state/carried");
	AUTO_FREE char *carried = bg_asprintf("%s", scene.folder.path);
	Error err = {0};
	assert_ok(file_write_atomic(state, carried, strlen(carried) + 1, 0600, &err), &err);
	scene_refused(&scene, 1, "the world has changed", "apply", "2", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 0);
	scene_ok(&scene, "plan", "2");
	expect_gate(&scene, "gate danger: waiting");
	scene_refused(&scene, 1, "", "apply", "2", "--yes");
	sign(&scene, "2", "product", "ann");
	sign(&scene, "2", "engineering", "bob");
	scene_ok(&scene, "apply", "2", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 1);
}

Test(gates, an_edited_value_opens_the_gate_of_a_section_again) {
	AUTO_CLEAR(Scene) scene = signing_scene("section");
	expect_gate(&scene, "gate whole: not asked yet");
	scene_refused(&scene, 1, "target", "statement", "whole", "--role", "product", "--person", "ann");
	scene_ok(&scene, "set", "target", "alpha");
	expect_gate(&scene, "gate whole: waiting");
	sign(&scene, "whole", "product", "ann");
	sign(&scene, "whole", "engineering", "bob");
	expect_gate(&scene, "gate whole: signed");
	scene_ok(&scene, "set", "target", "beta");
	expect_gate(&scene, "gate whole: waiting");
	scene_ok(&scene, "plan", "1");
	scene_refused(&scene, 1, "", "apply", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "targets"), 0);
	sign(&scene, "1", "product", "ann");
	sign(&scene, "1", "engineering", "bob");
	scene_ok(&scene, "apply", "1", "--yes");
	AUTO_FREE char *targets = read_text(temp_path(&scene.folder, "targets"));
	assert_text("what was signed last", targets, "beta\n");
	scene_ok(&scene, "verify");
}

Test(gates, a_playbook_edited_on_disk_changes_nothing_for_the_run) {
	AUTO_CLEAR(Scene) scene = signing_scene("walk");
	AUTO_FREE char *book = read_text(temp_path(&scene.folder, "book.md"));
	memcpy(strstr(book, "/one"), "/xxx", 4);
	temp_write(&scene.folder, "book.md", book);
	scene_ok(&scene, "plan", "2");
	cr_assert(scene_says(&scene, "/one"), "%s", scene.said);
	/* The run's own copy is another thing: it must be the recorded bytes. */
	scene_end_engine(&scene, SIGTERM);
	AUTO_FREE char *folder = scene_incident(&scene);
	AUTO_FREE char *copies = path_join(folder, "playbooks");
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	assert_ok(file_list_folder(copies, &names, &err), &err);
	cr_assert_eq(names.count, 1);
	AUTO_FREE char *copy = path_join(copies, names.items[0]);
	assert_ok(file_write_atomic(copy, book, strlen(book), 0600, &err), &err);
	scene_refused(&scene, 1, "digest", "plan", "2");
}

Test(gates, a_changed_record_is_found_by_verify) {
	AUTO_CLEAR(Scene) scene = signing_scene("walk");
	scene_ok(&scene, "plan", "2");
	scene_ok(&scene, "tick", "1");
	sign(&scene, "2", "product", "ann");
	scene_ok(&scene, "verify");
	scene_end_engine(&scene, SIGTERM);
	AUTO_FREE char *folder = scene_incident(&scene);
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_FREE char *text = read_text(path);
	*strstr(text, "it broke") = 'I';
	Error err = {0};
	assert_ok(file_write_atomic(path, text, strlen(text), 0600, &err), &err);
	cr_assert_neq(scene_run(&scene, "verify", path_base(folder)), 0, "%s", scene.said);
}
