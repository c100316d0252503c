/* test_openedx_walk.c: the recovery guide of Open edX against the sandbox's cluster, from the declaration to the closed ledger. */
#include "core/base/file.h"
#include "school.h"
#include "tests/support/sshd.h"

static const Line NODE[] = {
	{"declare node2~is~lost --drill", "", 0},
	{"start openedx-node", "", 0},
	LOOK_AT("1"),
	{"look 2", "", 0}, {"tick 2 --sure", "", 0},
	LOOK_AT("3"),
	{"tick 4", "", 0},
	{"plan 5", "remove-node.sh node2", 0},
	SIGN("remove-node", "it~does~not~come~back"),
	{"apply 5 --confirm node2 --sure", "exit 255", 1},      /* the machine is dead: out of Kubernetes, and still in the file */
	{"look 5", "there is no node node2", 0},
	{"tick 5 --reason the~machine~is~dead --sure", "", 0},
	LOOK_AT("6"), LOOK_AT("6"), LOOK_AT("6"),
	LOOK_AT("7"),
	{"tick 8", "", 0},
	LOOK_AT("9"),
	{"plan 10 --also 1", "", 0}, {"apply 10 --also 1 --yes", "exit 0", 0},
	{"look 10", "4 of 4 ready", 0},
	{"skip 11 --reason it~was~a~master", "", 0},
	LOOK_AT("12"),
	{"skip 13 --reason couchdb-1~is~pending", "", 0},
	{"set empty_place couchdb-1", "", 0},
	{"plan 14", "delete pvc couchdb-data-couchdb-1", 0},
	SIGN("give-up-volume", "the~volume~is~gone"),
	{"apply 14 --confirm HOST --sure", "exit 0", 0}, {"apply 14 --confirm HOST --sure", "exit 0", 0}, {"apply 14 --confirm HOST --sure", "exit 0", 0},
	{"look 14", "3 of 3 ready", 0},
	{"look 15", "3 of 3 connected", 0},
};

static const Line NODE_END[] = {
	LOOK_AT("16"),
	{"look 16", "on all of 2 servers", 0},
	{"look 17", "status 200", 0}, {"tick 17 --sure", "", 0},
	{"tick 18", "", 0},
	{"ledger", "closed  couchdb-place-empty", 0},
	{"end", "", 0},
	{"verify", "", 0},
};

Test(openedx_walk, one_lost_machine_is_replaced_by_a_new_one) {
	AUTO_CLEAR(School) school = {0};
	school_begin(&school, "openedx");
	school_walk(&school, NODE, BG_LENGTH(NODE));
	school_publish(&school);
	school_walk(&school, NODE_END, BG_LENGTH(NODE_END));
}

/* In a pipe the console works in lines: the story first, then what the board says. */
Test(openedx_walk, try_tells_the_story_and_shows_what_is_lost) {
	if (!have_sshd())
		cr_skip_test("there is no sshd here");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(ProgramRun) run = {0};
	AUTO_CLEAR(ProgramRun) list = {0};
	AUTO_FREE char *program = build_path("breakglass");
	AUTO_FREE char *where = bg_asprintf("--folder=%s/drill", folder.path);
	run_program((const char *const[]){program, "try", "openedx", where, NULL}, "contacts\nboard\n", NULL, &run);
	cr_expect(str_starts(buf_str(&run.out), "The machine node2 of the school's cluster does not answer any more."), "%s", buf_text(&run.out));
	const char *board = strstr(buf_text(&run.out), "What has happened, for this drill: The machine node2 of the school's cluster does not answer any more. Students");
	cr_expect(board && strstr(board, "Fits this board: openedx-ha (k3s): replace one failed node."), "%s", buf_text(&run.out));
	cr_expect(strstr(buf_text(&run.out), "Website admin (practice)") && strstr(buf_text(&run.out), "+1 555 0102"), "%s", buf_text(&run.out));
	cr_expect(strstr(buf_text(&run.out), "unknown: node2: nothing answer"), "%s%s", buf_text(&run.out), buf_text(&run.err));
	run_program((const char *const[]){program, "try", "--list", NULL}, NULL, NULL, &list);
	cr_expect(strstr(buf_text(&list.out), "ocw-mass-publish") && strstr(buf_text(&list.out), "openedx-all-lost"), "%s", buf_text(&list.out));
}

static const Line ALL[] = {
	{"declare every~machine~is~lost --drill", "", 0},
	{"start openedx-complete-loss", "", 0},
	{"look 1", "3 sets", 0}, {"tick 1 --sure", "", 0},
	{"set set_name SET", "", 0},
	{"plan 2", "", 0}, {"apply 2 --yes", "", 0},
	{"tick 3", "", 0}, {"tick 4", "", 0}, {"tick 5", "", 0},
	LOOK_AT("6"), LOOK_AT("7"),
	LOOK_AT("8"), LOOK_AT("8"), LOOK_AT("8"), LOOK_AT("8"),
	{"skip 9 --reason there~is~no~kubeconfig", "", 0},
	{"plan 10", "./deploy.sh", 0},
	SIGN("deploy-anew", "nothing~of~it~is~left"),
	{"apply 10 --confirm HOST --sure", "exit 0", 0},
	{"look 10", "4 of 4 ready", 0},
	{"skip 11 --reason kubectl~finds~it", "", 0},
	{"look 12", "3 of 3 ready", 0},
	{"look 13", "", 0},
	{"skip 14 --reason it~is~formed", "", 0},
	{"look 15", "", 0},
	LOOK_AT("16"), LOOK_AT("16"),
	{"set restore_way job", "", 0},
	LOOK_AT("17"), LOOK_AT("17"),
	{"skip 18 --reason restored~by~the~Job", "", 0},
	{"plan 19", "restore-job.yaml", 0},
	SIGN("restore-job", "this~set~is~whole"),
	{"apply 19 --yes", "", 0}, {"plan 19", "", 0}, {"apply 19 --yes", "complete", 0},
	DESTROY("20"), DESTROY("20"),
	LOOK_AT("21"), LOOK_AT("21"),
	{"look 21", "3 of 3 ready", 0},
	LOOK_AT("22"),
};

static const Line ALL_PUBLISHED[] = {
	{"look 23", "7 records of 3 names are published as wanted", 0},
	{"look 24", "", 0}, {"look 25", "", 0}, {"look 26", "", 0},
	{"look 27", "status 200", 0},
	{"tick 28", "", 0}, {"tick 29", "", 0}, {"tick 30", "", 0},
	{"look 31", "", 0}, {"tick 31 --sure", "", 0},
	{"tick 32", "", 0},
};

static const Line ALL_END[] = {
	{"look 33", "the new backup node holds a set", 0},
	{"ledger", "closed  couchdb-forwarded", 0},
	{"end", "", 0},
	{"verify", "", 0},
};

Test(openedx_walk, everything_is_lost_and_built_anew) {
	AUTO_CLEAR(School) school = {0};
	AUTO_CLEAR(ProgramRun) run = {0};
	school_begin(&school, "openedx-all-lost");
	school_walk(&school, ALL, BG_LENGTH(ALL));
	school_publish(&school);
	school_walk(&school, ALL_PUBLISHED, BG_LENGTH(ALL_PUBLISHED));
	AUTO_FREE char *kubectl = path_join(sandbox_folder(school.sandbox), "bin/kubectl");
	run_program((const char *const[]){kubectl, "-n", "openedx", "create", "job", "--from=cronjob/daily-backup", "first", NULL}, NULL, NULL, &run);
	cr_assert(run.status == 0, "%s", buf_text(&run.err));
	school_walk(&school, ALL_END, BG_LENGTH(ALL_END));
}
