/* Looks at a node: what the command tells, and what is made of it. Tables, no network; the command itself is run by the shells that are here. */
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/node/node.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

#define NOW_S 1795230000LL
#define HEALTHY "load 0.42\nprocessors 4\nMemTotal: 8000000\nMemAvailable: 4720000\nuptime 1036800\n" \
	"df Filesystem 1024-blocks Used Available Capacity Mounted on\ndf /dev/vda1 20000000 9000000 10000000 48% /\n" \
	"df /dev/vda1 20000000 9000000 10000000 48% /\n" \
	"Id=k3s.service\nLoadState=loaded\nActiveState=active\n\nId=k3s-agent.service\nLoadState=not-found\nActiveState=inactive\n\n" \
	"Id=mycelium.service\nLoadState=loaded\nActiveState=active\n"
#define TIME "time 1795230000\nend\n"

static char master_text[] = "master+worker", backup_text[] = "backup";
static char *const master = master_text, *const backup = backup_text;

static EnvironmentNode node_of(char *role, char *backups) {
	static char name[] = "node1", address[] = "4a1:b2::11", user[] = "admin", none[] = "";
	return (EnvironmentNode){.name = name, .address = address, .user = user, .port = 22, .key = none, .lan = none, .jump = none, .role = role,
		.backups = backups ? backups : none, .is_backup = text_eq(role, "backup")};
}

static void judge(const EnvironmentNode *node, const char *out, int exit_code, Reading *ret) {
	AUTO_CLEAR(SshResult) result = {.outcome = SSH_RAN, .exit_code = exit_code};
	buf_puts(&result.out, out);
	buf_puts(&result.err, exit_code ? "sh: not found\n" : "");
	node_judge(node, &(NodeLook){.result = &result}, (WallTime){NOW_S * 1000 + 500}, ret);
}

typedef struct Case {
	const char *name;
	char *const *role;
	const char *out;
	int exit_code;
	ReadingState state;
	const char *text, *reason;   /* parts; NULL reason: there is none */
} Case;

static const Case cases[] = {
	{"healthy", &master, HEALTHY TIME, 0, READING_OK, "load 0.4, memory 41 %, disk / 47 %, up 12 days", NULL},
	{"not whole", &master, HEALTHY, 0, READING_UNKNOWN, "the command failed", "load 0.42"},
	{"nothing said", &master, "", 0, READING_UNKNOWN, "the command failed", ""},
	{"a banner of the shell in front", &master, "Welcome!\nyou = admin\n" HEALTHY TIME, 0, READING_OK, "load 0.4", NULL},
	{"a command that fails", &master, HEALTHY TIME, 127, READING_UNKNOWN, "with status 127", "sh: not found"},
	{"high load", &master, "load 9.5\n" HEALTHY "load 9.5\n" TIME, 0, READING_WARN, "load 9.5", "for 4 processors"},
	{"full memory", &master, HEALTHY "MemAvailable: 400000\n" TIME, 0, READING_WARN, "memory 95 %", "95 % of its memory"},
	{"a full disk", &master, HEALTHY "df /dev/b 1000 900 100 90% /var lib\n" TIME, 0, READING_WARN, "disk /var lib 90 %", "disk /var lib is 90 % full"},
	{"a disk without room", &master, HEALTHY "df /dev/b 1000 1000 0 100% /var\n" TIME, 0, READING_FAIL, "disk /var 100 %", "is 100 % full"},
	{"a clock behind", &master, HEALTHY "time 1795229990\nend\n", 0, READING_WARN, "load", "its clock is 10 s behind of ours"},
	{"a clock ahead by much", &master, HEALTHY "time 1795233600\nend\n", 0, READING_FAIL, "load", "ahead of ours"},
	{"a clock within what whole seconds tell", &master, HEALTHY "time 1795229998\nend\n", 0, READING_OK, "load", NULL},
	{"no time", &master, HEALTHY "end\n", 0, READING_WARN, "load", "its clock could not be read"},
	{"only the end", &master, "end\n", 0, READING_WARN, "", "its load could not be read; its memory could not be read; its disks"},
	{"no backups said", &backup, HEALTHY TIME, 0, READING_WARN, "load", "say backups: FOLDER"},
};

Test(node, an_answer_becomes_a_reading) {
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const Case *one = &cases[i];
		EnvironmentNode node = node_of(*one->role, NULL);
		AUTO_CLEAR(Reading) reading = {0};
		judge(&node, one->out, one->exit_code, &reading);
		cr_expect(reading.state == one->state, "%s: %s (%s, %s)", one->name, reading_state_name(reading.state), reading.text, reading.reason);
		cr_expect(strstr(reading.text, one->text), "%s: text is %s", one->name, reading.text);
		cr_expect(one->reason ? reading.reason && strstr(reading.reason, one->reason) : !reading.reason, "%s: reason is %s", one->name, reading.reason);
	}
}

typedef struct UnitCase {
	const char *name;
	char *const *role;
	const char *units;
	ReadingState state;
	const char *reason;
} UnitCase;

#define UNIT(name, load, active) "Id=" name ".service\nLoadState=" load "\nActiveState=" active "\n\n"
#define REST "load 0.1\nMemTotal: 100\nMemAvailable: 90\ndf /dev/a 100 10 90 10% /\n" TIME

static const UnitCase unit_cases[] = {
	{"a dead k3s", &master, UNIT("k3s", "loaded", "failed") UNIT("mycelium", "loaded", "active"), READING_FAIL, "k3s is failed"},
	{"k3s beginning", &master, UNIT("k3s", "loaded", "activating") UNIT("mycelium", "loaded", "active"), READING_WARN, "k3s is activating"},
	{"a master with an agent only", &master, UNIT("k3s", "not-found", "inactive") UNIT("k3s-agent", "loaded", "active") UNIT("mycelium", "loaded", "active"),
		READING_WARN, "no unit k3s"},
	{"a backup node with its agent", &backup, UNIT("k3s-agent", "loaded", "active") UNIT("mycelium", "loaded", "active"), READING_OK, NULL},
	{"a dead overlay", &master, UNIT("k3s", "loaded", "active") UNIT("mycelium", "loaded", "inactive"), READING_FAIL, "mycelium is inactive"},
	{"no overlay", &master, UNIT("k3s", "loaded", "active") UNIT("mycelium", "not-found", "inactive"), READING_WARN, "no unit mycelium"},
	{"no systemctl", &master, "", READING_WARN, "systemctl tells nothing"},
};

Test(node, units_that_do_not_run_are_told) {
	for (size_t i = 0; i < BG_LENGTH(unit_cases); i++) {
		const UnitCase *one = &unit_cases[i];
		static char folder[] = "backups";
		EnvironmentNode node = node_of(*one->role, folder);
		AUTO_CLEAR(Reading) reading = {0};
		AUTO_FREE char *out = bg_asprintf("%sbackups 1\nbackup 1795226400 2026-11-21\n%s", one->units, REST);
		judge(&node, out, 0, &reading);
		cr_expect(reading.state == one->state, "%s: %s, %s", one->name, reading_state_name(reading.state), reading.reason);
		cr_expect(one->reason ? reading.reason && strstr(reading.reason, one->reason) : !reading.reason, "%s: %s", one->name, reading.reason);
	}
}

static const struct { const char *name, *lines; ReadingState state; const char *text, *reason; } backup_cases[] = {
	{"fresh", "backups 7\nbackup 1795226400 2026-11-21_01-00\n", READING_OK, "newest backup 2026-11-21_01-00, 1 h old", NULL},
	{"old", "backups 7\nbackup 1795000000 2026-11-18_01-00\n", READING_WARN, "2026-11-18", "its newest backup is"},
	{"none in it", "backups 0\n", READING_FAIL, "load", "holds no backup"},
	{"no folder", "backups none\n", READING_FAIL, "load", "there is no folder backups"},
	{"not told", "", READING_FAIL, "load", "there is no folder backups"},
};

Test(node, the_newest_backup_is_judged_by_its_age) {
	static char folder[] = "backups";
	for (size_t i = 0; i < BG_LENGTH(backup_cases); i++) {
		EnvironmentNode node = node_of(backup, folder);
		AUTO_CLEAR(Reading) reading = {0};
		AUTO_FREE char *out = bg_asprintf("%s%s", backup_cases[i].lines, UNIT("k3s-agent", "loaded", "active") UNIT("mycelium", "loaded", "active") REST);
		judge(&node, out, 0, &reading);
		cr_expect(reading.state == backup_cases[i].state, "%s: %s, %s", backup_cases[i].name, reading_state_name(reading.state), reading.reason);
		cr_expect(strstr(reading.text, backup_cases[i].text), "%s: %s", backup_cases[i].name, reading.text);
		cr_expect(backup_cases[i].reason ? reading.reason && strstr(reading.reason, backup_cases[i].reason) : !reading.reason, "%s: %s",
			backup_cases[i].name, reading.reason);
	}
}

Test(node, what_stands_in_the_way_is_never_ok) {
	EnvironmentNode node = node_of(master, NULL);
	SshTarget target = {.host = "4a1:b2::11", .port = 22, .user = "admin"};
	for (SshOutcome outcome = SSH_NO_ROUTE; outcome < SSH_OUTCOME_COUNT; outcome++) {
		AUTO_CLEAR(SshResult) result = {0};
		AUTO_CLEAR(Reading) reading = {0};
		ssh_fail(&result, &target, outcome, ERROR_IO, "why %d", (int) outcome);
		node_judge(&node, &(NodeLook){.result = &result}, (WallTime){1}, &reading);
		bool seen = outcome == SSH_REFUSED || outcome == SSH_NO_BANNER || outcome == SSH_HOST_CHANGED || outcome == SSH_HOST_REVOKED;
		cr_expect(reading.state == (seen ? READING_FAIL : READING_UNKNOWN), "%s: %s", ssh_outcome_words(outcome), reading_state_name(reading.state));
		assert_text("outcome", json_get_string(reading.facts, "outcome"), ssh_outcome_words(outcome));
		cr_expect(strstr(reading.text, "why "), "%s", reading.text);
	}
}

static void run_in(const char *shell, const char *command, const char *input, ProgramRun *run) {
	const char *plain[] = {shell, "-c", command, NULL}, *busybox[] = {"busybox", "sh", "-c", command, NULL};
	run_program(text_eq(shell, "busybox") ? busybox : plain, input, NULL, run);
}

static void assert_understood(const char *shell, const ProgramRun *run) {
	NodeFacts facts = {0};
	Str out = buf_str(&run->out);
	ptrdiff_t end = str_find(out, "\nend\n");   /* of the first look */
	cr_assert(run->status == 0 && end > 0 && node_facts_parse(str_slice(out, 0, (size_t) end + 5), &facts), "%s: %s%s", shell, buf_text(&run->out),
		buf_text(&run->err));
	cr_expect(facts.has_load && facts.has_memory && facts.has_time && facts.has_uptime && facts.disk_count, "%s: %s", shell, buf_text(&run->out));
	cr_expect(facts.backups_there && facts.backup_count == 2, "%s: %s", shell, buf_text(&run->out));
	assert_text(shell, facts.backup, "2026-11-21");
}

/* The shells that a login may have: the command must mean the same in each, and the one for a shell that stays, too. */
Test(node, the_command_is_understood_by_every_shell) {
	static const char *const shells[] = {"sh", "dash", "bash", "zsh", "fish", "tcsh", "ksh", "busybox"};
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *backups = bg_asprintf("%s/it's here", folder.path);
	temp_write(&folder, "it's here/2026-11-20/x", "");
	temp_write(&folder, "it's here/2026-11-21/x", "");
	temp_write(&folder, "it's here/notes", "");
	EnvironmentNode node = node_of(backup, backups);
	AUTO_CLEAR(Buf) command = {0};
	AUTO_CLEAR(Buf) loop = {0};
	node_command(&node, &command);
	node_loop_command(&node, &loop);
	cr_assert(!strpbrk(buf_text(&command), "\n!") && !strpbrk(buf_text(&loop), "\n!"));
	int tried = 0;
	for (size_t i = 0; i < BG_LENGTH(shells); i++) {
		if (!have_program(shells[i]))
			continue;
		AUTO_CLEAR(ProgramRun) once = {0};
		AUTO_CLEAR(ProgramRun) twice = {0};
		run_in(shells[i], buf_text(&command), NULL, &once);
		assert_understood(shells[i], &once);
		run_in(shells[i], buf_text(&loop), "12ab\n34cd\n", &twice);
		assert_understood(shells[i], &twice);
		cr_expect(str_starts(buf_str(&twice.out), "begin 12ab\n") && strstr(buf_text(&twice.out), "\nend\nend 12ab 0\nbegin 34cd\n")
			&& str_ends(buf_str(&twice.out), "\nend\nend 34cd 0\n"), "%s: %s", shells[i], buf_text(&twice.out));
		tried++;
	}
	cr_assert(tried > 0);
}

/* A shell that stays, three looks, and a `systemctl` that writes down that it was asked and says `says`. Returns how often it was asked. */
static size_t looks_asking(TempFolder *folder, const char *says, ProgramRun *ret) {
	AUTO_FREE char *asked = bg_asprintf("%s/asked", folder->path);
	AUTO_FREE char *script = bg_asprintf("#!/bin/sh\necho x >> '%s'\n%s\n", asked, says);
	AUTO_FREE char *path = bg_asprintf("PATH=%s:/usr/bin:/bin", folder->path);
	AUTO_CLEAR(Buf) loop = {0};
	AUTO_CLEAR(Buf) marks = {0};
	Error err = {0};
	EnvironmentNode node = node_of(master_text, NULL);
	temp_write(folder, "asked", "");
	cr_assert_eq(chmod(temp_write(folder, "systemctl", script), 0700), 0);
	node_loop_command(&node, &loop);
	run_program((const char *const[]){"sh", "-c", buf_text(&loop), NULL}, "1a\n2b\n3c\n", (const char *const[]){path, NULL}, ret);
	assert_ok(file_read(asked, 1024, &marks, &err), &err);
	return marks.len / 2;
}

/* Each look asks for the units; only where there is no systemd, and nothing was said, the same shell does not ask in vain again. */
Test(node, units_are_asked_for_with_each_look_where_there_are_any) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(ProgramRun) run = {0};
	AUTO_CLEAR(ProgramRun) silent = {0};
	cr_expect_eq(looks_asking(&folder, "echo Id=k3s.service; echo LoadState=loaded; echo ActiveState=active", &run), 3, "%s", buf_text(&run.out));
	cr_expect(strstr(buf_text(&run.out), "ActiveState=active\ntime ") && str_ends(buf_str(&run.out), "\nend\nend 3c 0\n"), "%s", buf_text(&run.out));
	size_t wanted = access("/run/systemd/system", F_OK) == 0 ? 3 : 1;
	cr_expect_eq(looks_asking(&folder, "exit 1", &silent), wanted, "%s", buf_text(&silent.out));
	cr_expect(str_ends(buf_str(&silent.out), "\nend\nend 3c 0\n"), "%s", buf_text(&silent.out));
}
