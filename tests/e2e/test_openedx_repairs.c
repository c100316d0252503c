/* test_openedx_repairs.c: the other pages of the recovery guide of Open edX, each walked to its end, two or three on one cluster: what was
 * broken open is closed, since an incident does not end before. The clusters stand beside one another, so that waiting for the disk costs little. */
#include <stdlib.h>

#include "core/base/file.h"
#include "school.h"

static const Line COUCHDB[] = {
	{"declare couchdb~is~corrupt --drill", "", 0},
	{"start openedx-couchdb", "", 0},
	{"look 1", "2 of 3 connected", 0}, {"tick 1 --sure", "", 0},
	LOOK_AT("2"), LOOK_AT("2"),
	{"skip 3 --reason nothing~of~it~can~be~read", "", 0},
	{"plan 4", "", 0}, {"apply 4 --yes", "", 0},
	{"plan 5", "3", 0}, {"apply 5 --yes", "", 0}, {"look 5", "", 0},
	{"plan 6", "3", 0}, {"apply 6 --yes", "", 0}, {"look 6", "", 0},
	{"plan 7", "", 0},
	SIGN("destroy-couchdb", "it~is~corrupt"),
	{"apply 7 --confirm couchdb --sure", "", 0},
	{"plan 8", "couchdb-data-couchdb-2", 0},
	SIGN("destroy-volumes", "the~files~are~corrupt"),
	DESTROY("8"),
	{"plan 9", "", 0}, {"apply 9 --yes", "", 0},
	{"plan 10", "", 0}, {"apply 10 --yes", "", 0}, {"look 10", "3 of 3 ready", 0},
	LOOK_AT("11"), {"look 11", "3 of 3 connected", 0},
	{"plan 12", "", 0},
	SIGN("restore-couchdb", "this~set~is~whole"),
	{"apply 12 --confirm couch --sure", "", 0},
	{"plan 13", "", 0}, {"apply 13 --yes", "", 0}, {"look 13", "", 0},
	{"plan 14", "", 0}, {"apply 14 --yes", "", 0}, {"look 14", "", 0},
	{"look 15", "status 200", 0}, {"tick 15 --sure", "", 0},
	{"tick 16", "", 0},
	{"end", "", 0},
};

static const Line DATA[] = {
	{"declare enrolments~are~lost --drill", "", 0},
	{"start openedx-restore", "", 0},
	{"look 1", "", 0}, {"tick 1 --sure", "", 0},
	{"plan 2", "", 0}, {"apply 2 --yes", "", 0},
	{"look 3", "3 of 3 connected", 0},
	{"plan 4", "", 0}, {"apply 4 --yes", "", 0}, {"plan 4", "", 0}, {"apply 4 --yes", "", 0}, {"look 4", "", 0},
	{"skip 5 --reason nothing~was~written~since", "", 0},
	{"plan 6", "5984/openedx_enrollments", 0},
	SIGN("drop-database", "all~of~it~is~wrong"),
	DESTROY("6"),
	{"plan 7", "", 0},
	SIGN("restore-data", "this~set~is~whole"),
	{"apply 7 --confirm couch --sure", "", 0},
	{"skip 8 --reason it~was~dropped", "", 0},
	{"plan 9", "", 0}, {"apply 9 --yes", "", 0}, {"plan 9", "", 0}, {"apply 9 --yes", "", 0}, {"look 9", "", 0},
	{"look 10", "status 200", 0}, {"tick 10 --sure", "", 0},
	{"tick 11", "", 0}, {"tick 12", "", 0},
	{"end", "", 0},
};

/* The first machine has lost its disk, and another one stands in its place, with its name and address. */
static const Line BACKUP_NODE[] = {
	{"declare the~backup~node~is~lost --drill", "", 0},
	{"start openedx-backup-node", "", 0},
	{"plan 1", "", 0}, {"apply 1 --yes", "", 0},
	{"tick 2", "", 0},
	{"set failed_backup node4", "", 0}, {"set new_backup node4", "", 0}, {"set new_backup_ip 4a1:b2:4::10", "", 0},
	LOOK_AT("3"), {"look 3", "4 of 4 ready", 0},
	LOOK_AT("4"), LOOK_AT("4"),
	{"plan 5", "kubectl delete pv backup-pv", 0},
	SIGN("give-up-backup-volume", "it~was~on~the~old~machine"),
	DESTROY("5"), DESTROY("5"), DESTROY("5"), DESTROY("5"), DESTROY("5"),
	LOOK_AT("6"),
	LOOK_AT("7"),
	{"plan 8", "", 0}, {"apply 8 --yes", "", 0},
	{"plan 9", "", 0}, {"apply 9 --yes", "", 0}, {"plan 9", "", 0}, {"apply 9 --yes", "", 0}, {"look 9", "", 0},
	{"look 10", "", 0},
	{"end", "", 0},
};

static const Line ASSESS[] = {
	{"declare which~machines~are~left --drill", "", 0},
	{"start openedx-assess", "", 0},
	LOOK_AT("1"),
	{"tick 2", "", 0}, {"tick 3", "", 0},
	{"look 4", "3 of 3 connected", 0},
	{"end", "", 0},
};

static const Line NETWORK[] = {
	{"declare no~node~is~reached --drill", "", 0},
	{"start openedx-network", "", 0},
	{"look 1", "0 of 2 peers alive", 1}, {"tick 1 --reason all~of~them~are --sure", "", 0},
	LOOK_AT("2"), LOOK_AT("2"),
	{"tick 3", "", 0},
	LOOK_AT("4"),
	{"plan 5", "/root/k3s.service.before", 0},
	SIGN("open-api", "nobody~else~is~in~this~network"),
	DESTROY("5"),
	LOOK_AT("6"),
	LOOK_AT("7"), LOOK_AT("7"), {"look 7", "4 of 4 ready", 0},
	{"skip 8 --reason it~was~mended", "", 0},
};

static const Line NETWORK_END[] = {
	{"look 9", "2 of 2 peers alive", 0},
	LOOK_AT("10"),
	LOOK_AT("11"),
	LOOK_AT("12"), LOOK_AT("12"), {"look 12", "4 of 4 ready", 0},
	{"look 13", "3 of 3 connected", 0},
	{"end", "", 0},
};

static const Line ONE_MASTER[] = {
	{"declare one~master~is~left --drill", "", 0},
	{"start openedx-one-master", "", 0},
	{"tick 1", "", 0},
	{"set survivor node1", "", 0}, {"set survivor_ip 4a1:b2:1::10", "", 0},
	LOOK_AT("2"),
	{"plan 3", "systemctl stop k3s", 0},
	SIGN("reset-control-plane", "the~others~do~not~come~back"),
	DESTROY("3"), DESTROY("3"),
	DESTROY("4"),
	LOOK_AT("5"), LOOK_AT("5"), {"look 5", "ready", 0},
	LOOK_AT("6"), LOOK_AT("6"),
};

static const Line ONE_MASTER_END[] = {
	{"look 7", "4 of 4 ready", 0},
	{"look 8", "3 of 3 connected", 0},
	{"end", "", 0},
	{"verify", "", 0},
};

static const Line CONTROL_PLANE[] = {
	{"declare all~masters~are~gone --drill", "", 0},
	{"start openedx-control-plane", "", 0},
	{"set backup_node node4", "", 0}, {"set backup_node_ipv6 4a1:b2:4::10", "", 0},
	{"set ip1 4a1:b2:21::10", "", 0}, {"set ip2 4a1:b2:11::10", "", 0}, {"set ip3 4a1:b2:23::10", "", 0},
	{"tick 1", "", 0},
	LOOK_AT("2"),
	{"skip 3 --reason it~is~here~already", "", 0},
	{"tick 4 --reason it~was~typed~in~a~terminal --sure", "", 0},
	{"plan 5", "disable --now k3s-agent", 0},
	SIGN("promote", "no~master~comes~back"),
	DESTROY("5"),
	DESTROY("6"),
	LOOK_AT("7"), LOOK_AT("7"), LOOK_AT("7"), LOOK_AT("7"), {"look 7", "1 of 1 ready", 0},
	LOOK_AT("8"), LOOK_AT("8"),
	LOOK_AT("9"), LOOK_AT("9"), LOOK_AT("9"), {"look 9", "4 of 4 ready", 0},
	LOOK_AT("10"), LOOK_AT("10"), LOOK_AT("10"), LOOK_AT("10"), LOOK_AT("10"), LOOK_AT("10"), {"look 10", "3 of 3 ready", 0},
	LOOK_AT("11"),
	LOOK_AT("12"), LOOK_AT("12"), LOOK_AT("12"), {"look 12", "4 of 4 ready", 0},
	{"plan 13", "kubectl drain node4", 0},
	SIGN("remove-rescue", "three~new~ones~are~ready"),
	DESTROY("13"), DESTROY("13"),
	DESTROY("14"), {"look 14", "3 of 3 ready", 0},
	LOOK_AT("15"), LOOK_AT("15"), {"look 15", "4 of 4 ready", 0},
	{"tick 16", "", 0},
	{"look 17", "3 of 3 connected", 0},
	{"end", "", 0},
	{"verify", "", 0},
};

/* Another machine in its place, by the team's scripts. */
static void replace_node(School *school, const char *name, const char *address) {
	AUTO_CLEAR(ProgramRun) removed = {0};
	AUTO_CLEAR(ProgramRun) added = {0};
	AUTO_FREE char *power = bg_asprintf("fault node-back=%s", name);
	AUTO_FREE char *folder = path_join(sandbox_folder(school->sandbox), "openedx-ha/scripts/cluster");
	AUTO_FREE char *remove = path_join(folder, "remove-node.sh");
	AUTO_FREE char *add = path_join(folder, "add-node.sh");
	school_tell(school, power);
	run_program((const char *const[]){remove, name, NULL}, NULL, NULL, &removed);
	cr_assert(removed.status == 0, "%s", buf_text(&removed.err));
	run_program((const char *const[]){add, name, address, "admin", "key", "master+worker", NULL}, NULL, NULL, &added);
	cr_assert(added.status == 0, "%s", buf_text(&added.err));
}

static void lose_backup_node(School *school) {
	AUTO_CLEAR(ProgramRun) run = {0};
	AUTO_FREE char *script = path_join(sandbox_folder(school->sandbox), "openedx-ha/scripts/cluster/remove-node.sh");
	run_program((const char *const[]){script, "node4", NULL}, NULL, NULL, &run);
	cr_assert(run.status == 0, "%s", buf_text(&run.err));
}

Test(openedx_repairs, couchdb_is_made_anew_and_then_one_database) {
	AUTO_CLEAR(School) school = {0};
	school_begin(&school, "openedx-healthy");
	school_tell(&school, "fault couchdb-damaged");
	school_walk(&school, COUCHDB, BG_LENGTH(COUCHDB));
	school_walk(&school, DATA, BG_LENGTH(DATA));
}

Test(openedx_repairs, a_backup_node_is_replaced_and_then_the_network_fails) {
	AUTO_CLEAR(School) school = {0};
	school_begin(&school, "openedx-healthy");
	lose_backup_node(&school);
	school_walk(&school, BACKUP_NODE, BG_LENGTH(BACKUP_NODE));
	school_walk(&school, ASSESS, BG_LENGTH(ASSESS));
	school_tell(&school, "fault overlay-cut-off");
	school_walk(&school, NETWORK, BG_LENGTH(NETWORK));
	school_tell(&school, "fault overlay-back");
	school_walk(&school, NETWORK_END, BG_LENGTH(NETWORK_END));
}

/* The longest of them, which every run has no time for: with OPENEDX_ALL_PAGES=1. */
Test(openedx_repairs, one_master_is_left_and_then_none) {
	AUTO_CLEAR(School) school = {0};
	if (!getenv("OPENEDX_ALL_PAGES"))
		cr_skip_test("walked with OPENEDX_ALL_PAGES=1 only");
	school_begin(&school, "openedx-healthy");
	school_tell(&school, "fault two-nodes-lost");
	school_walk(&school, ONE_MASTER, BG_LENGTH(ONE_MASTER));
	replace_node(&school, "node2", "4a1:b2:2::10");
	replace_node(&school, "node3", "4a1:b2:3::10");
	school_walk(&school, ONE_MASTER_END, BG_LENGTH(ONE_MASTER_END));
	school_tell(&school, "fault control-plane-gone");
	school_walk(&school, CONTROL_PLANE, BG_LENGTH(CONTROL_PLANE));
}
