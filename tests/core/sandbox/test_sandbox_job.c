/* test_sandbox_job.c: the playbook's restore Job as the pretended kubectl plays it: what it waits for, its log, its end, and what CouchDB holds then. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_backup.h"
#include "core/sandbox/sim_cluster_fault.h"
#include "core/sandbox/sim_couch_data.h"
#include "pretend_run.h"

/* One document a line, as CouchDB prints them. */
static void write_set(Pretend *pretend, const char *where) {
	Error err = {0};
	AUTO_FREE char *place = path_join(pretend->folder.path, where);
	AUTO_FREE char *parent = path_folder(place);
	const char *name = place + strlen(parent) + 1;
	SimBackup backup = {.root = parent, .name = name, .type = "daily", .made = {1790000000000}};
	assert_ok(file_make_folder(parent, 0700, &err), &err);
	assert_ok(sim_backup_write(pretend->cluster->couch, &backup, &err), &err);
}

static char *job_manifest(void) {
	AUTO_FREE char *path = source_path("playbooks/openedx-ha/restore-job.yaml");
	Buf text = {0};
	Error err = {0};
	assert_ok(file_read(path, 1024 * 1024, &text, &err), &err);
	return buf_take(&text);
}

static void begin_restore(Pretend *pretend) {
	pretend_begin(pretend);
	write_set(pretend, "machines/node4/home/tmp/openedx-restore");
	expect_run(pretend, "", "kubectl label node node4 openedx-restore=here", 0, "labeled");
	cr_assert(sim_couch_lose_database(pretend->cluster->couch, SIM_COUCH_USERS_DB) && sim_couch_lose_database(pretend->cluster->couch, SIM_COUCH_COURSES_DB));
	cr_assert(sim_couch_lose_database(pretend->cluster->couch, SIM_COUCH_FILES_DB) && sim_couch_lose_database(pretend->cluster->couch, SIM_COUCH_ENROLLMENTS_DB));
	cr_assert(sim_couch_missing(pretend->cluster->couch) > 0);
}

static void apply_job(Pretend *pretend) {
	AUTO_FREE char *manifest = job_manifest();
	cr_assert(pretend_run(pretend, "", "kubectl -n openedx apply -f -", manifest) == 0, "%s", pretend->said);
	cr_expect(strstr(pretend->said, "job.batch/restore-from-backup created"), "%s", pretend->said);
}

Test(sandbox_job, the_restore_job_goes_on_while_somebody_looks) {
	AUTO_CLEAR(Pretend) pretend = {0};
	begin_restore(&pretend);
	apply_job(&pretend);
	expect_run(&pretend, "", "kubectl -n openedx get pods -l job=restore-from-backup -o wide", 0, "Running");
	cr_expect(strstr(pretend.said, "node4"), "%s", pretend.said);
	expect_run(&pretend, "", "kubectl get job restore-from-backup", 0, "Running");
	cr_expect_eq(sim_couch_documents(pretend.cluster->couch, SIM_COUCH_USERS_DB), -1, "two databases a look, by name");
	cr_expect(sim_couch_documents(pretend.cluster->couch, SIM_COUCH_COURSES_DB) > 0);
	expect_run(&pretend, "", "kubectl logs job/restore-from-backup --all-containers", 0, "all restored: ");
	cr_expect_eq(sim_couch_missing(pretend.cluster->couch), 0u);
	expect_run(&pretend, "", "kubectl get job restore-from-backup --output=json", 0, "CompletionsReached");
	expect_run(&pretend, "", "kubectl get pods -l job=restore-from-backup", 0, "Completed");
	expect_run(&pretend, "", "kubectl wait --for=condition=complete job/restore-from-backup", 0, "condition met");
}

Test(sandbox_job, a_restore_job_that_was_done_before_writes_nothing_again) {
	AUTO_CLEAR(Pretend) pretend = {0};
	begin_restore(&pretend);
	apply_job(&pretend);
	expect_run(&pretend, "", "kubectl wait --for=condition=complete job/restore-from-backup", 0, "condition met");
	expect_run(&pretend, "", "kubectl delete job restore-from-backup", 0, "deleted");
	apply_job(&pretend);
	expect_run(&pretend, "", "kubectl logs -f job/restore-from-backup", 0, "restored before: " SIM_COUCH_USERS_DB);
	cr_expect(strstr(pretend.said, "all restored: 0 documents"), "%s", pretend.said);
}

/* Where its set is not, its pod waits, as a real one does. */
Test(sandbox_job, a_restore_job_waits_for_its_node_and_its_folder) {
	AUTO_CLEAR(Pretend) pretend = {0};
	begin_restore(&pretend);
	expect_run(&pretend, "", "kubectl label node node4 openedx-restore-", 0, "unlabeled");
	apply_job(&pretend);
	expect_run(&pretend, "", "kubectl get pods -l job=restore-from-backup", 0, "Pending");
	expect_run(&pretend, "", "kubectl logs job/restore-from-backup", 1, "does not have a host assigned");
	expect_run(&pretend, "", "kubectl wait --for=condition=complete job/restore-from-backup", 1, "timed out");
	expect_run(&pretend, "", "kubectl label node node1 openedx-restore=here", 0, "labeled");
	expect_run(&pretend, "", "kubectl logs job/restore-from-backup", 1, "ContainerCreating");
	AUTO_FREE char *from = path_join(pretend.folder.path, "machines/node4");
	AUTO_FREE char *to = path_join(pretend.folder.path, "machines/node1");
	cr_assert(rename(from, to) == 0);
	expect_run(&pretend, "", "kubectl logs -f job/restore-from-backup", 0, "all restored: ");
}

Test(sandbox_job, a_restore_job_fails_and_says_why) {
	static const struct { const char *fault, *part; bool full; } cases[] = {
		{"backup-corrupt", "cannot be used; nothing was written", false},
		{"restore-job-fails", "documents were refused: [{", false},
		{NULL, "holds documents already; nothing was written into it (EXISTING=merge allows it)", true},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Pretend) pretend = {0};
		Error err = {0};
		begin_restore(&pretend);
		AUTO_FREE char *root = path_join(pretend.folder.path, "machines/node4/home/tmp");
		AUTO_FREE char *dump = path_join(root, "openedx-restore/" SIM_COUCH_ENROLLMENTS_DB ".json");
		if (cases[i].full)
			sim_couch_fill(pretend.cluster->couch);
		else if (text_eq(cases[i].fault, "backup-corrupt"))
			assert_ok(file_write_atomic(dump, "{\"total_rows\":3,", 16, 0600, &err), &err);
		else
			assert_ok(sim_cluster_fault(pretend.cluster, str_from(cases[i].fault), (Str){0}, &err), &err);
		apply_job(&pretend);
		expect_run(&pretend, "", "kubectl logs -f job/restore-from-backup", 0, cases[i].part);
		expect_run(&pretend, "", "kubectl get job restore-from-backup", 0, "Failed");
		expect_run(&pretend, "", "kubectl get job restore-from-backup -o json", 0, "BackoffLimitExceeded");
		expect_run(&pretend, "", "kubectl wait --for=condition=complete job/restore-from-backup", 1, "timed out");
	}
}

Test(sandbox_job, drops_a_database_in_a_pod_and_runs_nothing_else_there) {
	static const char DROP[] = "kubectl -n openedx exec couchdb-0 -- sh -c";
	AUTO_CLEAR(Pretend) pretend = {0};
	pretend_begin(&pretend);
	SimRun run = {.machine = "", .program = "kubectl", .folder = pretend.folder.path};
	strlist_split(&run.args, str_from(DROP), ' ');
	strlist_remove(&run.args, 0);
	strlist_add(&run.args, "curl -fsS -X DELETE \"http://$COUCHDB_USER:$COUCHDB_PASSWORD@127.0.0.1:5984/" SIM_COUCH_USERS_DB "\"");
	for (int i = 0; i < 2; i++) {
		cr_assert(sim_program_run(pretend.cluster, &run, (WallTime){1790000000000}));
		cr_expect_eq(run.status, i ? 22 : 0, "%s%s", buf_text(&run.out), buf_text(&run.err));
	}
	cr_expect(strstr(buf_text(&run.err), "returned error: 404"), "%s", buf_text(&run.err));
	cr_expect_eq(sim_couch_documents(pretend.cluster->couch, SIM_COUCH_USERS_DB), -1);
	strlist_clear(&run.args);
	buf_clear(&run.out);
	buf_clear(&run.err);
	expect_run(&pretend, "", "kubectl exec couchdb-0 -- true", 1, "the practice kubectl runs in pods only");
}
