/* The machines of a scenario: a real ssh logs in to them, each with a host key of its own, and they go as their power goes. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sandbox.h"
#include "core/sandbox/sim_machine.h"
#include "tests/support/process.h"
#include "tests/support/sshd.h"

#define WAIT_MS 20000   /* only ever reached by a failing test */

typedef struct Fleet {
	TempFolder temp;
	char *folder, *self;
	Sandbox *sandbox;
} Fleet;

static void fleet_begin(Fleet *fleet) {
	if (!have_sshd() || !have_program("ssh"))
		cr_skip_test("there is no sshd and ssh here");
	fleet->temp = temp_folder();
	fleet->folder = bg_strdup(temp_path(&fleet->temp, "drill"));
	fleet->self = build_path("breakglass");
}

static void fleet_open(Fleet *fleet) {
	Error err = {0};
	fleet_begin(fleet);
	SandboxOptions options = {.scenario = "openedx", .folder = fleet->folder, .self = fleet->self};
	assert_ok(sandbox_start(&options, &fleet->sandbox, &err), &err);
}

static void fleet_clear(Fleet *fleet) {
	fleet->sandbox = sandbox_stop(fleet->sandbox);
	free(fleet->folder);
	free(fleet->self);
	if (fleet->temp.path)
		temp_folder_clear(&fleet->temp);
}
BG_DEFINE_CLEARP(Fleet, fleet_clear)

/* "node2" -> "38211", as the environment file has it. */
static char *port_of(const Fleet *fleet, const char *name) {
	AUTO_FREE char *path = path_join(fleet->folder, "environment.yaml");
	AUTO_FREE char *text = read_text(path);
	AUTO_FREE char *key = bg_asprintf("name: %s,", name);
	const char *at = strstr(text, key);
	cr_assert(at && (at = strstr(at, "port: ")), "%s in %s", name, text);
	return bg_strndup(at + 6, strcspn(at + 6, ","));
}

/* ssh to it; `address` NULL is its usual one. */
static void ssh_argv(const Fleet *fleet, const char *name, const char *address, const char *command, StrList *argv) {
	static const char *const OPTIONS[] = {"ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"};
	for (size_t i = 0; i < BG_LENGTH(OPTIONS); i++)
		strlist_add(argv, OPTIONS[i]);
	AUTO_FREE char *port = port_of(fleet, name);
	strlist_add(argv, "-o");
	strlist_add_take(argv, bg_asprintf("UserKnownHostsFile=%s/known_hosts", fleet->folder));
	strlist_add(argv, "-o");
	AUTO_FREE char *usual = access("/proc/net/if_inet6", R_OK) == 0 ? bg_strdup("::1") : bg_strdup("127.0.0.1");
	strlist_add_take(argv, bg_asprintf("HostKeyAlias=[%s]:%s", usual, port));
	strlist_add(argv, "-i");
	strlist_add_take(argv, bg_asprintf("%s/secrets/machine-key", fleet->folder));
	strlist_add(argv, "-p");
	strlist_add(argv, port);
	strlist_add(argv, address ? address : usual);
	strlist_add(argv, command);
}

static int log_in(const Fleet *fleet, const char *name, const char *address, const char *command, ProgramRun *run) {
	AUTO_CLEAR(StrList) argv = {0};
	program_run_clear(run);
	*run = (ProgramRun){0};
	ssh_argv(fleet, name, address, command, &argv);
	run_program((const char *const *) strlist_argv(&argv), NULL, NULL, run);
	return run->status;
}

#define expect_login(fleet, name, address, command, expected, part) do { \
		int status_ = log_in((fleet), (name), (address), (command), &run); \
		cr_expect(status_ == (expected) && (strstr(buf_text(&run.out), (part)) || strstr(buf_text(&run.err), (part))), "%s: status %d, said %s%s", \
			(name), status_, buf_text(&run.out), buf_text(&run.err)); \
	} while (0)

/* Whoever connects waits until giving up, here at once. */
static void expect_silence(const Fleet *fleet, const char *name) {
	AUTO_CLEAR(StrList) usual = {0};
	AUTO_CLEAR(StrList) argv = {0};
	AUTO_CLEAR(ProgramRun) run = {0};
	ssh_argv(fleet, name, NULL, "true", &usual);
	for (size_t i = 0; i < usual.count; i++) {
		strlist_add(&argv, usual.items[i]);
		if (i == 0)
			strlist_add(&argv, "-oConnectTimeout=1");
	}
	run_program((const char *const *) strlist_argv(&argv), NULL, NULL, &run);
	cr_expect(run.status == 255 && strstr(buf_text(&run.err), "timed out"), "%s: status %d, said %s", name, run.status, buf_text(&run.err));
}

static void tell(Fleet *fleet, const char *line) {
	Error err = {0};
	assert_ok(sandbox_command(fleet->sandbox, line, &err), &err);
}

Test(sandbox_machines, answer_as_the_state_says) {
	AUTO_CLEAR(Fleet) fleet = {0};
	AUTO_CLEAR(ProgramRun) run = {0};
	fleet_open(&fleet);
	expect_login(&fleet, "node1", NULL, "systemctl show -p Id -p LoadState -p ActiveState k3s.service", 0, "LoadState=loaded\nActiveState=active");
	expect_login(&fleet, "node4", NULL, "systemctl is-active k3s", 3, "inactive");
	expect_login(&fleet, "node2-new", NULL, "systemctl is-active k3s", 3, "inactive");
	expect_login(&fleet, "node1", NULL, "df -Pk /", 0, "41% /");
	expect_login(&fleet, "node3", NULL, "pwd; echo $HOME", 0, "/machines/node3/home");
	expect_login(&fleet, "node1", NULL, "systemctl mask k3s", 1, "does not know mask");
	expect_silence(&fleet, "node2");
	tell(&fleet, "fault node-back=node2");
	expect_login(&fleet, "node2", NULL, "systemctl is-active k3s", 0, "active");
	tell(&fleet, "fault overlay-gone");
	expect_login(&fleet, "node1", NULL, "true", 255, "Connection refused");
	expect_login(&fleet, "node1", SIM_MACHINE_LAN, "systemctl is-active mycelium", 3, "failed");
	cr_expect(!sandbox_command(fleet.sandbox, "backup-now", NULL), "there is no backup job of the OCW sites here");
	tell(&fleet, "fault none");
	expect_login(&fleet, "node1", NULL, "systemctl is-active mycelium", 0, "active");
}

Test(sandbox_machines, each_has_a_host_key_of_its_own) {
	AUTO_CLEAR(Fleet) fleet = {0};
	AUTO_CLEAR(StrList) seen = {0};
	fleet_open(&fleet);
	AUTO_FREE char *path = path_join(fleet.folder, "known_hosts");
	AUTO_FREE char *text = read_text(path);
	Str rest = str_from(text), line;
	while (str_next_line(&rest, &line)) {
		AUTO_CLEAR(StrList) words = {0};
		strlist_split(&words, line, ' ');
		cr_assert(words.count >= 3 && !strlist_has(&seen, words.items[2]), "%s", text);
		strlist_add(&seen, words.items[2]);
	}
	cr_expect_eq(seen.count, 5);
}

/* A login that waits for its input, and which process it is there. */
typedef struct Login { pid_t ssh; int in, out, remote; } Login;

static void login_begin(const Fleet *fleet, const char *name, Login *login) {
	AUTO_CLEAR(StrList) argv = {0};
	int in[2], out[2];
	char said[64] = "";
	int64_t pid = 0;
	ssh_argv(fleet, name, NULL, "sh -c 'echo $$; exec cat'; true", &argv);   /* a child of what was asked for */
	cr_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	login->ssh = fork();
	if (login->ssh == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execvp("ssh", strlist_argv(&argv));
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	login->in = in[1];
	login->out = out[0];
	struct pollfd wanted = {.fd = login->out, .events = POLLIN};
	cr_assert(poll(&wanted, 1, WAIT_MS) == 1 && read(login->out, said, sizeof(said) - 1) > 0, "no login");
	cr_assert(str_parse_int(str_trim(str_from(said)), &pid), "%s", said);
	login->remote = pidfd_open((pid_t) pid, 0);
	cr_assert(login->remote >= 0);
}

/* Both ends of it are gone; what ran there, too. */
static void login_expect_end(Login *login) {
	int status = 0;
	struct pollfd gone = {.fd = login->remote, .events = POLLIN};
	cr_assert_eq(poll(&gone, 1, WAIT_MS), 1, "what ran on the machine still runs");
	cr_assert_eq(waitpid(login->ssh, &status, 0), login->ssh);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 255);
	close(login->in);
	close(login->out);
	close(login->remote);
}

Test(sandbox_machines, a_machine_that_loses_power_takes_its_logins_along) {
	AUTO_CLEAR(Fleet) fleet = {0};
	Login login;
	fleet_open(&fleet);
	login_begin(&fleet, "node3", &login);
	tell(&fleet, "fault node-lost=node3");
	login_expect_end(&login);
}

Test(sandbox_machines, a_sandbox_that_is_killed_takes_them_all_along) {
	AUTO_CLEAR(Fleet) fleet = {0};
	Login login;
	int ready[2];
	char line[16];
	fleet_begin(&fleet);
	AUTO_FREE char *where = bg_asprintf("--folder=%s", fleet.folder);
	cr_assert(pipe(ready) == 0);
	AUTO_FREE char *ready_flag = bg_asprintf("--ready-fd=%d", ready[1]);
	pid_t sandbox = fork();
	if (sandbox == 0) {
		execl(fleet.self, fleet.self, "sandbox", "openedx", where, ready_flag, (char *) NULL);
		_exit(127);
	}
	close(ready[1]);
	cr_assert(read(ready[0], line, sizeof(line)) > 0, "it did not start");
	close(ready[0]);
	login_begin(&fleet, "node1", &login);
	kill(sandbox, SIGKILL);
	cr_assert_eq(waitpid(sandbox, NULL, 0), sandbox);
	login_expect_end(&login);
}

Test(sandbox_machines, say_which_package_is_missing) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	SimMachines *machines = NULL;
	Error err = {0};
	assert_refused(sim_machines_start(folder.path, "/bin/true", "/nowhere/sshd:/none", &machines, &err), &err, ERROR_MISSING, "there is no sshd here");
	cr_expect(strstr(err.hint, "openssh-server"), "%s", err.hint);
}
