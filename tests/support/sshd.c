#include "tests/support/sshd.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "tests/support/loopback.h"
#include "tests/support/process.h"

#define SSHD "/usr/sbin/sshd"        /* it wants to be started by its whole path */
#define LOG_DEADLINE_SECONDS 20

struct TestSshd {
	TempFolder *folder;
	char *name, *types;
	int port, pipe;
	int stop[2];                 /* closing the second end ends the reader: sessions of the server may hold its log open */
	pid_t pid;
	pthread_t reader;
	pthread_mutex_t lock;
	pthread_cond_t grown;
	Buf log;
	bool ended;
};

bool have_sshd(void) {
	return access(SSHD, X_OK) == 0 && have_program("ssh-keygen");
}

const char *test_login(void) {
	const struct passwd *entry = getpwuid(geteuid());
	cr_assert(entry, "there is no login of this user id");
	return entry->pw_name;
}

const char *test_key(TempFolder *folder, const char *name, const char *type, const char *passphrase) {
	const char *path = temp_path(folder, name);
	if (file_exists(path))
		return path;
	const char *argv[] = {"ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", name, "-f", path, NULL};
	AUTO_CLEAR(ProgramRun) run = {0};
	run_program(argv, NULL, NULL, &run);
	cr_assert(run.status == 0, "ssh-keygen: %s", buf_text(&run.err));
	return path;
}

const char *test_sshd_key(TempFolder *folder) { return test_key(folder, "client", "ed25519", ""); }

static const char *host_key(const TestSshd *sshd, const char *type) {
	AUTO_FREE char *name = bg_asprintf("%s/host_%s", sshd->name, type);
	return test_key(sshd->folder, name, type, "");
}

static const char *write_config(const TestSshd *sshd, const TestSshdOptions *options) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO_CLEAR(StrList) types = {0};
	AUTO_FREE char *authorized = options->authorized ? bg_strdup(options->authorized) : bg_asprintf("%s.pub", test_sshd_key(sshd->folder));
	strlist_split(&types, str_from(sshd->types), ' ');
	buf_printf(&text, "ListenAddress 127.0.0.1:%d\nAuthorizedKeysFile %s\n", sshd->port, authorized);
	for (size_t i = 0; i < types.count; i++)
		buf_printf(&text, "HostKey %s\n", host_key(sshd, types.items[i]));
	buf_puts(&text, "PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
		"PermitRootLogin prohibit-password\nMaxStartups 200\nPrintMotd no\nUseDNS no\nLogLevel VERBOSE\n");
	/* Whoever runs the tests has start-up files of a shell, which sshd's shell would read for each command: they may be slow, talk, or wait for a lock. */
	buf_printf(&text, "SetEnv HOME=%s\n", sshd->folder->path);
	buf_puts(&text, options->config ? options->config : "");   /* of two lines with MaxStartups the last counts */
	buf_putc(&text, '\n');
	AUTO_FREE char *name = bg_asprintf("%s/sshd_config", sshd->name);
	return temp_write(sshd->folder, name, buf_text(&text));
}

static void *read_log(void *userdata) {
	TestSshd *sshd = userdata;
	char block[4096];
	for (;;) {
		struct pollfd fds[] = {{sshd->pipe, POLLIN, 0}, {sshd->stop[0], POLLIN, 0}};
		bool more = poll(fds, BG_LENGTH(fds), -1) > 0 && !fds[1].revents;
		ssize_t got = more ? read(sshd->pipe, block, sizeof(block)) : 0;
		pthread_mutex_lock(&sshd->lock);
		if (got > 0)
			buf_append(&sshd->log, block, (size_t) got);
		sshd->ended = got <= 0;
		pthread_cond_broadcast(&sshd->grown);
		pthread_mutex_unlock(&sshd->lock);
		if (got <= 0)
			return NULL;
	}
}

void test_sshd_wait_log(TestSshd *sshd, const char *text) {
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += LOG_DEADLINE_SECONDS;
	int status = 0;
	pthread_mutex_lock(&sshd->lock);
	while (!strstr(buf_text(&sshd->log), text) && !sshd->ended && status == 0)
		status = pthread_cond_timedwait(&sshd->grown, &sshd->lock, &until);
	bool found = strstr(buf_text(&sshd->log), text) != NULL;
	AUTO_FREE char *log = bg_strdup(buf_text(&sshd->log));
	pthread_mutex_unlock(&sshd->lock);
	cr_assert(found, "sshd did not say \"%s\":\n%s", text, log);
}

size_t test_sshd_logged(TestSshd *sshd, const char *text) {
	size_t count = 0;
	pthread_mutex_lock(&sshd->lock);
	for (const char *at = buf_text(&sshd->log); (at = strstr(at, text)); at += strlen(text))
		count++;
	pthread_mutex_unlock(&sshd->lock);
	return count;
}

static void run_sshd(const char *config, int log) {
	const char *argv[] = {SSHD, "-D", "-e", "-f", config, NULL};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(log, 2);
	execv(argv[0], (char *const *) (uintptr_t) argv);
	_exit(127);
}

TestSshd *test_sshd_start(TempFolder *folder, const char *name, const TestSshdOptions *options) {
	static const TestSshdOptions none;
	TestSshd *sshd = bg_calloc(1, sizeof(*sshd));
	options = options ? options : &none;
	if (geteuid() == 0)
		mkdir("/run/sshd", 0755);   /* as root it wants this folder, which its service makes */
	sshd->folder = folder;
	sshd->name = bg_strdup(name);
	sshd->types = bg_strdup(options->host_key_types ? options->host_key_types : "ed25519 ecdsa");
	sshd->port = options->port ? options->port : loopback_unused_port();
	Error err = {0};
	assert_ok(file_make_folder(temp_path(folder, name), 0700, &err), &err);
	const char *config = write_config(sshd, options);
	int ends[2];
	cr_assert(pipe2(ends, O_CLOEXEC) == 0 && pipe2(sshd->stop, O_CLOEXEC) == 0);
	sshd->pid = fork();
	if (sshd->pid == 0)
		run_sshd(config, ends[1]);
	close(ends[1]);
	sshd->pipe = ends[0];
	pthread_mutex_init(&sshd->lock, NULL);
	pthread_cond_init(&sshd->grown, NULL);
	cr_assert(sshd->pid > 0 && pthread_create(&sshd->reader, NULL, read_log, sshd) == 0);
	test_sshd_wait_log(sshd, "Server listening on 127.0.0.1");
	return sshd;
}

/* What it started, sessions and their commands: they are in sessions of their own. Its listener does not start more while it is stopped. */
static void end_children(pid_t pid) {
	AUTO_FREE char *path = bg_asprintf("/proc/%d/task/%d/children", (int) pid, (int) pid);
	AUTO_CLEAR(Buf) text = {0};
	AUTO_CLEAR(StrList) pids = {0};
	if (!file_read(path, 64 * 1024, &text, NULL))
		return;
	strlist_split(&pids, buf_str(&text), ' ');
	for (size_t i = 0; i < pids.count; i++) {
		int64_t child = 0;
		if (!str_parse_int(str_from(pids.items[i]), &child) || child <= 1)
			continue;
		kill((pid_t) child, SIGSTOP);
		end_children((pid_t) child);
		kill((pid_t) child, SIGKILL);
	}
}

TestSshd *test_sshd_free(TestSshd *sshd) {
	if (!sshd)
		return NULL;
	kill(sshd->pid, SIGSTOP);
	end_children(sshd->pid);
	kill(sshd->pid, SIGKILL);
	waitpid(sshd->pid, NULL, 0);
	close(sshd->stop[1]);
	pthread_join(sshd->reader, NULL);
	close(sshd->stop[0]);
	close(sshd->pipe);
	buf_clear(&sshd->log);
	free(sshd->name);
	free(sshd->types);
	free(sshd);
	return NULL;
}

int test_sshd_port(const TestSshd *sshd) { return sshd->port; }

char *test_sshd_known_line(const TestSshd *sshd) {
	AUTO_CLEAR(StrList) types = {0};
	Buf lines = {0};
	strlist_split(&types, str_from(sshd->types), ' ');
	for (size_t i = 0; i < types.count; i++) {
		AUTO_FREE char *path = bg_asprintf("%s.pub", host_key(sshd, types.items[i]));
		AUTO_FREE char *key = read_text(path);
		buf_printf(&lines, "[127.0.0.1]:%d %s", sshd->port, key);
	}
	return buf_take(&lines);
}

/* ---- ports behind which something is wrong ---- */

static int listening(int backlog, struct sockaddr_in *ret_address) {
	*ret_address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(*ret_address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(fd >= 0 && bind(fd, (const struct sockaddr *) ret_address, len) == 0 && listen(fd, backlog) == 0
		&& getsockname(fd, (struct sockaddr *) ret_address, &len) == 0);
	return fd;
}

int test_port_silent(int *ret_port) {
	struct sockaddr_in address;
	int fd = listening(16, &address);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

int test_port_blackhole(int *ret_port, int *ret_filler) {
	struct sockaddr_in address;
	int fd = listening(0, &address);
	*ret_port = ntohs(address.sin_port);
	*ret_filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(connect(*ret_filler, (const struct sockaddr *) &address, sizeof(address)) == 0);
	return fd;
}
