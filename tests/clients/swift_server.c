/* swift_server.c: rings, configuration, five processes, and curl. See swift_server.h. */
#include "swift_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/transport/url.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

#define URL_VARIABLE "SWIFT_SERVER_URL"           /* from the program that runs the tests to the processes of its tests */
#define PROBLEM_VARIABLE "SWIFT_SERVER_PROBLEM"
#define SKIP_VARIABLE "SWIFT_SERVER_SKIP"
#define START_MS 60000                            /* of a machine that has much else to do */
#define LOOK_AGAIN_MS 20
#define LOG_MAX (1u << 20)

enum { ACCOUNT, CONTAINER, OBJECT, PROXY, MEMCACHED, PROCESSES };
static const char *const NAMES[] = {"account", "container", "object", "proxy", "memcached"};
static const char *const PROGRAMS[] = {"swift-account-server", "swift-container-server", "swift-object-server", "swift-proxy-server",
	"memcached"};

static struct { char *folder; int ports[PROCESSES]; pid_t pids[PROCESSES]; } server;

/* ---- processes ---- */

/* The child ends when this program does, even if that is killed. */
static pid_t spawn(const char *const argv[], const char *log) {
	pid_t parent = getpid(), child = fork();
	if (child != 0)
		return child;
	int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600), in = open("/dev/null", O_RDONLY);
	StrList copy = {0};
	for (; *argv; argv++)
		strlist_add(&copy, *argv);
	char **args = strlist_argv(&copy);
	(void) dup2(in, STDIN_FILENO);
	(void) dup2(out, STDOUT_FILENO);
	(void) dup2(out, STDERR_FILENO);
	(void) prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		(void) execvp(args[0], args);
	_exit(127);
}

static int wait_for(pid_t pid) {
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

void swift_stop(void) {
	for (size_t i = 0; i < PROCESSES; i++) {
		if (server.pids[i] > 0) {
			(void) kill(server.pids[i], SIGKILL);
			(void) wait_for(server.pids[i]);
		}
		server.pids[i] = 0;
	}
	if (server.folder)
		BG_IGNORE(file_remove_tree(server.folder, NULL));   /* what is left is a folder below /tmp */
	free(server.folder);
	server.folder = NULL;
}

static char *log_path(const char *name) { return bg_asprintf("%s/%s.log", server.folder, name); }

/* What failed, with the log of it. Always false. */
static bool problem(const char *name, const char *what) {
	AUTO_FREE char *path = log_path(name);
	AUTO_CLEAR(Buf) log = {0};
	BG_IGNORE(file_read(path, LOG_MAX, &log, NULL));        /* without a log, `what` has to do */
	AUTO_FREE char *text = bg_asprintf("%s: %s\n%s", name, what, buf_text(&log));
	(void) setenv(PROBLEM_VARIABLE, text, 1);
	return false;
}

/* ---- what is needed ---- */

static bool has_extended_attributes(const char *folder) {
	AUTO_FREE char *path = path_join(folder, "attributes");
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	bool ok = fd >= 0 && fsetxattr(fd, "user.swift.metadata", "1", 1, 0) == 0;
	bg_close_fd(&fd);
	return ok;
}

/* Owned; NULL when nothing is missing. */
static char *what_is_missing(void) {
	static const char *const OTHERS[] = {"swift-ring-builder", "curl"};
	for (size_t i = 0; i < BG_LENGTH(PROGRAMS); i++)
		if (!have_program(PROGRAMS[i]))
			return bg_asprintf("the program %s is not there (README.md names the packages)", PROGRAMS[i]);
	for (size_t i = 0; i < BG_LENGTH(OTHERS); i++)
		if (!have_program(OTHERS[i]))
			return bg_asprintf("the program %s is not there (README.md names the packages)", OTHERS[i]);
	if (!getpwuid(getuid()))
		return bg_asprintf("the user %d has no name, and Swift wants one", (int) getuid());
	if (!has_extended_attributes(server.folder))
		return bg_asprintf("files in %s can have no extended attributes: set TMPDIR to a folder where they can", server.folder);
	return NULL;
}

/* ---- configuration ---- */

static bool write_file(const char *name, const char *text) {
	AUTO_FREE char *path = path_join(server.folder, name);
	return file_write_atomic(path, text, strlen(text), 0600, NULL);
}

/* All at once, so that no two are the same, and below those that the kernel hands out: between here and the start of a server, which takes seconds, other
 * tests bind and connect by the hundred. Where none is free there, one of the kernel's. */
#define PORT_LOW 20000
#define PORTS 10000
#define TRIES 50

static int bind_port(int port, int *ret_fd) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t) port)};
	socklen_t len = sizeof(address);
	*ret_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(*ret_fd, (struct sockaddr *) &address, len) == 0 && getsockname(*ret_fd, (struct sockaddr *) &address, &len) == 0)
		return ntohs(address.sin_port);
	bg_close_fd(ret_fd);
	return 0;
}

static void choose_ports(void) {
	int fds[PROCESSES];
	for (size_t i = 0; i < PROCESSES; i++) {
		server.ports[i] = 0;
		for (int tries = 0; tries < TRIES && !server.ports[i]; tries++) {
			unsigned char noise[2] = {0};
			random_bytes(noise, sizeof(noise));
			server.ports[i] = bind_port(PORT_LOW + (noise[0] << 8 | noise[1]) % PORTS, &fds[i]);
		}
		if (!server.ports[i])
			server.ports[i] = bind_port(0, &fds[i]);
	}
	for (size_t i = 0; i < PROCESSES; i++)
		bg_close_fd(&fds[i]);
}

/* The timeouts are long: a busy machine is not a broken disk, and an update that is put off is done by nobody here. */
static void write_common(Buf *text, int which, const char *user) {
	buf_printf(text, "[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = %d\nworkers = 0\nuser = %s\nswift_dir = %s\ndevices = %s/srv\n"
		"mount_check = false\nfallocate_reserve = 0\nlog_level = WARNING\nconn_timeout = 30\nnode_timeout = 60\ncontainer_update_timeout = 60\n",
		server.ports[which], user, server.folder, server.folder);
}

static bool write_configuration(void) {
	static const char SWIFT[] = "[swift-hash]\nswift_hash_path_suffix = s\nswift_hash_path_prefix = p\n"
		"[storage-policy:0]\nname = one\npolicy_type = replication\ndefault = yes\n";
	/* An object may be given its time: the gatekeeper lets that header through. */
	static const char PROXY_FILTERS[] = "[filter:catch_errors]\nuse = egg:swift#catch_errors\n"
		"[filter:gatekeeper]\nuse = egg:swift#gatekeeper\nshunt_inbound_x_timestamp = false\n"
		"[filter:listing_formats]\nuse = egg:swift#listing_formats\n[filter:copy]\nuse = egg:swift#copy\n"
		"[filter:slo]\nuse = egg:swift#slo\n[filter:dlo]\nuse = egg:swift#dlo\n"
		"[filter:tempauth]\nuse = egg:swift#tempauth\nuser_test_tester = " SWIFT_SECRET " .admin\n";
	const char *user = getpwuid(getuid())->pw_name;
	AUTO_FREE char *disk = path_join(server.folder, "srv/d1");
	if (!file_make_folder(disk, 0700, NULL) || !write_file("swift.conf", SWIFT))
		return false;
	for (int i = ACCOUNT; i <= OBJECT; i++) {
		AUTO_CLEAR(Buf) text = {0};
		AUTO_FREE char *name = bg_asprintf("%s.conf", NAMES[i]);
		write_common(&text, i, user);
		buf_printf(&text, "[pipeline:main]\npipeline = %s-server\n[app:%s-server]\nuse = egg:swift#%s\n", NAMES[i], NAMES[i], NAMES[i]);
		if (!write_file(name, buf_text(&text)))
			return false;
	}
	AUTO_CLEAR(Buf) text = {0};
	write_common(&text, PROXY, user);
	buf_printf(&text, "[pipeline:main]\npipeline = catch_errors gatekeeper cache listing_formats s3api tempauth copy slo dlo proxy-server\n"
		"[app:proxy-server]\nuse = egg:swift#proxy\nallow_account_management = true\naccount_autocreate = true\nconn_timeout = 30\n"
		"node_timeout = 60\nrecoverable_node_timeout = 60\n[filter:cache]\nuse = egg:swift#memcache\nmemcache_servers = 127.0.0.1:%d\n"
		"[filter:s3api]\nuse = egg:swift#s3api\nlocation = " SWIFT_REGION "\nmax_bucket_listing = %d\n%s", server.ports[MEMCACHED], SWIFT_PAGE,
		PROXY_FILTERS);
	return write_file("proxy.conf", buf_text(&text));
}

/* One is built, which is three programs that take most of a second to begin; the others differ from it in the port of their server, a
 * number of as many digits. */
static bool build_rings(void) {
	static const char SCRIPT[] = "set -e; cd \"$1\"; swift-ring-builder object.builder create 4 1 1\n"
		"swift-ring-builder object.builder add r1z1-127.0.0.1:$2/d1 1; swift-ring-builder object.builder rebalance\n"
		"for ring in account:$3 container:$4; do\n"
		"  gzip -dc object.ring.gz | LC_ALL=C sed \"s/$2/${ring#*:}/g\" | gzip >${ring%:*}.ring.gz\ndone\n";
	AUTO_FREE char *object = bg_asprintf("%d", server.ports[OBJECT]);
	AUTO_FREE char *account = bg_asprintf("%d", server.ports[ACCOUNT]);
	AUTO_FREE char *container = bg_asprintf("%d", server.ports[CONTAINER]);
	AUTO_FREE char *log = log_path("rings");
	pid_t pid = spawn((const char *const[]){"sh", "-c", SCRIPT, "sh", server.folder, object, account, container, NULL}, log);
	bool same_digits = strlen(object) == strlen(account) && strlen(object) == strlen(container);
	return (wait_for(pid) == 0 && same_digits) || problem("rings", "they cannot be built");
}

/* ---- start and end ---- */

static bool listens(int port) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t) port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0;
	bg_close_fd(&fd);
	return ok;
}

static bool wait_until_it_listens(int which, int64_t deadline_ms) {
	while (!listens(server.ports[which])) {
		int status;
		if (waitpid(server.pids[which], &status, WNOHANG) != 0) {
			server.pids[which] = 0;
			return problem(NAMES[which], "it ended by itself");
		}
		if (mono_now().ms > deadline_ms)
			return problem(NAMES[which], "it does not answer");
		(void) poll(NULL, 0, LOOK_AGAIN_MS);      /* a process of others tells no event */
	}
	return true;
}

static void spawn_all(void) {
	AUTO_FREE char *port = bg_asprintf("%d", server.ports[MEMCACHED]);
	for (int i = 0; i < PROCESSES; i++) {
		AUTO_FREE char *log = log_path(NAMES[i]);
		AUTO_FREE char *config = bg_asprintf("%s/%s.conf", server.folder, NAMES[i]);
		const char *const swift[] = {PROGRAMS[i], config, "-v", NULL};
		/* -u counts for root only, who may not be it without saying so. */
		const char *const memcached[] = {PROGRAMS[i], "-u", getpwuid(getuid())->pw_name, "-l", "127.0.0.1", "-p", port, "-U", "0", "-m", "16",
			NULL};
		server.pids[i] = spawn(i == MEMCACHED ? memcached : swift, log);
	}
}

static bool start(void) {
	choose_ports();
	if (!write_configuration())
		return problem("configuration", "it cannot be written");
	if (!build_rings())
		return false;
	spawn_all();
	int64_t deadline_ms = mono_now().ms + START_MS;
	for (int i = 0; i < PROCESSES; i++)
		if (!wait_until_it_listens(i, deadline_ms))
			return false;
	AUTO_FREE char *url = bg_asprintf("http://127.0.0.1:%d", server.ports[PROXY]);
	(void) setenv(URL_VARIABLE, url, 1);
	return true;
}

void swift_start(void) {
	TempFolder folder = temp_folder();
	server.folder = folder.path;
	AUTO_FREE char *missing = what_is_missing();
	if (missing)
		(void) setenv(SKIP_VARIABLE, missing, 1);
	if (missing || !start())
		swift_stop();
}

const char *swift_url(void) {
	if (getenv(SKIP_VARIABLE))
		cr_skip_test("%s", getenv(SKIP_VARIABLE));
	cr_assert(getenv(URL_VARIABLE), "Swift did not start: %s", getenv(PROBLEM_VARIABLE));
	return getenv(URL_VARIABLE);
}

/* ---- its own interface ---- */

static void curl(const char *const words[], ProgramRun *run) {
	const char *argv[32] = {"curl", "--silent", "--show-error", "--fail", "--noproxy", "*"};
	for (size_t i = 0; words[i] && i < 24; i++)
		argv[i + 6] = words[i];
	run_program(argv, NULL, NULL, run);
	cr_assert_eq(run->status, 0, "curl %s: %s", words[0], buf_text(&run->err));
}

/* Of a password, for a header; asked for once a test. */
static const char *token(void) {
	static char header[256];
	AUTO_FREE char *url = bg_asprintf("%s/auth/v1.0", swift_url());
	AUTO_CLEAR(ProgramRun) run = {0};
	Str rest, line;
	if (*header)
		return header;
	curl((const char *const[]){"--include", "--header", "X-Auth-User: " SWIFT_KEY, "--header", "X-Auth-Key: " SWIFT_SECRET, url, NULL}, &run);
	for (rest = buf_str(&run.out); str_next_line(&rest, &line);)
		if (str_starts_nocase(line, "X-Auth-Token:"))
			snprintf(header, sizeof(header), "%.*s", STR_ARG(str_trim(line)));
	cr_assert(*header, "no token: %s", buf_text(&run.out));
	return header;
}

static char *address(const char *bucket, const char *key, const char *suffix) {
	AUTO_CLEAR(Buf) url = {0};
	buf_printf(&url, "%s/v1/AUTH_test/", swift_url());
	url_encode(str_from(bucket), &url);
	if (key)
		buf_puts(&url, "/");
	if (key)
		url_encode_path(str_from(key), &url);
	buf_puts(&url, suffix);
	return bg_strdup(buf_text(&url));
}

void swift_make_bucket(const char *bucket) {
	AUTO_FREE char *url = address(bucket, NULL, "");
	AUTO_CLEAR(ProgramRun) run = {0};
	curl((const char *const[]){"--request", "PUT", "--header", token(), "--header", "Content-Length: 0", url, NULL}, &run);
}

void swift_put_range(const char *bucket, const char *key, const char *suffix, WallTime time, Str bytes) {
	AUTO_FREE char *url = address(bucket, key, suffix);
	AUTO_FREE char *stamp = bg_asprintf("X-Timestamp: %lld.%03d", (long long) (time.ms / 1000), (int) (time.ms % 1000));
	AUTO_FREE char *body = str_dup(bytes);
	AUTO_CLEAR(ProgramRun) run = {0};
	curl((const char *const[]){"--request", "PUT", "--header", token(), "--header", stamp, "--header", "Content-Type: text/plain",
		"--data-binary", body, "--path-as-is", "--parallel", "--parallel-max", "4", url, NULL}, &run);
}

void swift_put(const char *bucket, const char *key, WallTime time, Str bytes) { swift_put_range(bucket, key, "", time, bytes); }

char *swift_get(const char *bucket, const char *key) {
	AUTO_FREE char *url = address(bucket, key, "");
	AUTO_CLEAR(ProgramRun) run = {0};
	curl((const char *const[]){"--header", token(), "--path-as-is", url, NULL}, &run);
	return bg_strdup(buf_text(&run.out));
}
