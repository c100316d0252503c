/* sim_machine.c: see sim_machine.h. One thread accepts for all machines and gives each connection an sshd of its own (sshd -i): no port is ever
 * guessed, and the thread is the parent with which every one of them dies. */
#include "core/sandbox/sim_machine.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/sandbox/sim_crypto.h"
#include "core/sandbox/sim_process.h"

#define MAX_MACHINES 16
#define MAX_SESSIONS 64
#define PORT_TRIES 20
#define BACKLOG 64
#define FILL_MS 1000   /* only ever reached where loopback is broken */

enum { AT_ADDRESS, AT_LAN, PLACES };

typedef struct Machine {
	char *name, *config, *known;
	unsigned port;
	int kept[PLACES];            /* bound and never listening: the port stays ours */
	int listening[PLACES];       /* -1: nobody listens there */
	int filler[PLACES];          /* fills the queue of a silent one; -1: not silent */
	bool on;
} Machine;

/* `socket` is kept to break the connection: where sshd has no privileges it is two processes, of which we know one. */
typedef struct Session { pid_t pid; int fd, socket; size_t machine; int place; } Session;

struct SimMachines {
	char *folder, *self, *sshd, *login;
	bool has_ipv6, overlay;
	pthread_t thread;
	bool threaded;
	int wake, log, life;
	pthread_mutex_t lock;        /* of what follows */
	bool stopping;
	Machine machines[MAX_MACHINES];
	size_t count;
	Session sessions[MAX_SESSIONS];
	size_t session_count;
};

/* ---- sockets ---- */

static socklen_t fill_address(const SimMachines *machines, int place, unsigned port, struct sockaddr_storage *ret) {
	*ret = (struct sockaddr_storage){0};
	if (place == AT_ADDRESS && machines->has_ipv6) {
		struct sockaddr_in6 *six = (struct sockaddr_in6 *) (void *) ret;
		*six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t) port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
		return sizeof(*six);
	}
	struct sockaddr_in *four = (struct sockaddr_in *) (void *) ret;
	*four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t) port)};
	inet_pton(AF_INET, place == AT_LAN ? SIM_MACHINE_LAN : "127.0.0.1", &four->sin_addr);
	return sizeof(*four);
}

/* Bound to the place; -1 when that cannot be. Two of them may share a port as long as at most one listens. */
static int bound_socket(const SimMachines *machines, int place, unsigned port) {
	struct sockaddr_storage address;
	socklen_t len = fill_address(machines, place, port, &address);
	int one = 1, fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 && bind(fd, (struct sockaddr *) &address, len) == 0)
		return fd;
	bg_close_fd(&fd);
	return -1;
}

static unsigned port_of(int fd) {
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	if (getsockname(fd, (struct sockaddr *) &address, &len) != 0)
		return 0;
	return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *) (void *) &address)->sin6_port
		: ((struct sockaddr_in *) (void *) &address)->sin_port);
}

/* A port that is free at both places. */
static bool keep_port(const SimMachines *machines, Machine *machine, Error *err) {
	for (int i = 0; i < PORT_TRIES; i++) {
		machine->kept[AT_ADDRESS] = bound_socket(machines, AT_ADDRESS, 0);
		machine->port = machine->kept[AT_ADDRESS] >= 0 ? port_of(machine->kept[AT_ADDRESS]) : 0;
		if (machine->port)
			machine->kept[AT_LAN] = bound_socket(machines, AT_LAN, machine->port);
		if (machine->kept[AT_LAN] >= 0)
			return true;
		bg_close_fd(&machine->kept[AT_ADDRESS]);
	}
	BG_IGNORE(error_errno(err, errno, "cannot find a free port for the machine %s", machine->name));
	return error_hint(err, "see whether this machine has a loopback interface and free ports");
}

static void end_session(SimMachines *machines, Session *session) {
	(void) shutdown(session->socket, SHUT_RDWR);   /* it may be over already */
	bg_close_fd(&session->socket);
	sim_process_end(session->pid, &session->fd);
	*session = machines->sessions[--machines->session_count];
}

static void end_sessions(SimMachines *machines, size_t machine, int place) {
	for (size_t i = machines->session_count; i-- > 0;) {
		Session *session = &machines->sessions[i];
		if (session->machine == machine && session->place == place)
			end_session(machines, session);
	}
}

/* As a machine that has no power: no refusal, no answer. Nothing can be taken out of the network without privileges, but Linux drops every SYN to a
 * listener whose queue of connections is full (tcp_abort_on_overflow is 0, unless somebody set it: then they are reset). So it goes on listening, for
 * one connection, which is ours, and accepts none. */
static void fall_silent(const SimMachines *machines, Machine *machine, int place) {
	struct sockaddr_storage address;
	socklen_t len = fill_address(machines, place, machine->port, &address);
	int *filler = &machine->filler[place];
	*filler = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd connected = {.fd = *filler, .events = POLLOUT};
	if (listen(machine->listening[place], 0) == 0 && *filler >= 0)
		(void) connect(*filler, (struct sockaddr *) &address, len);   /* EINPROGRESS: what comes of it is waited for */
	(void) poll(&connected, 1, FILL_MS);
}

/* Whoever knocked meanwhile has given up, or is told that it came to nothing. */
static void break_silence(Machine *machine, int place) {
	bg_close_fd(&machine->filler[place]);
	for (int fd; (fd = accept4(machine->listening[place], NULL, NULL, SOCK_CLOEXEC)) >= 0;)
		close(fd);
	(void) listen(machine->listening[place], BACKLOG);   /* it listens already: only the length of its queue changes */
}

/* What listens becomes what shall; under the lock. A listener that cannot be had leaves the machine refusing: the thread tries again, since the one
 * before it lives until nobody polls it any more. */
static void settle(SimMachines *machines, size_t index) {
	Machine *machine = &machines->machines[index];
	for (int place = 0; place < PLACES; place++) {
		int *fd = &machine->listening[place];
		bool reachable = place == AT_LAN || machines->overlay;
		if (reachable && *fd < 0 && (*fd = bound_socket(machines, place, machine->port)) >= 0 && listen(*fd, BACKLOG) != 0)
			bg_close_fd(fd);
		if (!reachable) {
			bg_close_fd(&machine->filler[place]);
			bg_close_fd(fd);
		} else if (*fd >= 0 && machine->on && machine->filler[place] >= 0) {
			break_silence(machine, place);
		} else if (*fd >= 0 && !machine->on && machine->filler[place] < 0) {
			fall_silent(machines, machine, place);
		}
		if (!reachable || !machine->on)
			end_sessions(machines, index, place);
	}
}

/* ---- the thread ---- */

/* False when there is no room: the connection is then closed, as sshd does beyond MaxStartups. */
static bool begin_session(SimMachines *machines, size_t index, int place, int socket) {
	Session *session = &machines->sessions[machines->session_count];
	char inetd[] = "-i", to_stderr[] = "-e", with[] = "-f";
	char *argv[] = {machines->sshd, inetd, to_stderr, with, machines->machines[index].config, NULL};
	if (machines->session_count == MAX_SESSIONS)
		return false;
	*session = (Session){.fd = -1, .socket = socket, .machine = index, .place = place};
	if (!sim_process_start(argv, socket, machines->log, &session->pid, &session->fd, NULL))
		return false;
	machines->session_count++;
	return true;
}

static void accept_all(SimMachines *machines) {
	for (size_t i = 0; i < machines->count; i++) {
		for (int place = 0; place < PLACES; place++) {
			int listening = machines->machines[i].on ? machines->machines[i].listening[place] : -1;
			for (int fd; listening >= 0 && (fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC)) >= 0;)
				if (!begin_session(machines, i, place, fd))
					close(fd);
		}
	}
}

static void bury_sessions(SimMachines *machines) {
	for (size_t i = machines->session_count; i-- > 0;) {
		Session *session = &machines->sessions[i];
		struct pollfd ended = {.fd = session->fd, .events = POLLIN};
		if (poll(&ended, 1, 0) > 0)
			end_session(machines, session);
	}
}

static nfds_t fill_polled(const SimMachines *machines, struct pollfd *polled) {
	nfds_t count = 0;
	polled[count++] = (struct pollfd){.fd = machines->wake, .events = POLLIN};
	for (size_t i = 0; i < machines->count; i++)
		for (int place = 0; place < PLACES; place++)
			polled[count++] = (struct pollfd){.fd = machines->machines[i].on ? machines->machines[i].listening[place] : -1, .events = POLLIN};
	for (size_t i = 0; i < machines->session_count; i++)
		polled[count++] = (struct pollfd){.fd = machines->sessions[i].fd, .events = POLLIN};
	return count;
}

static void *serve(void *userdata) {
	SimMachines *machines = userdata;
	struct pollfd polled[1 + MAX_MACHINES * PLACES + MAX_SESSIONS];
	for (;;) {
		uint64_t woken;
		pthread_mutex_lock(&machines->lock);
		bool stopping = machines->stopping;
		for (size_t i = 0; i < machines->count && !stopping; i++)
			settle(machines, i);
		if (!stopping)
			accept_all(machines);
		bury_sessions(machines);
		nfds_t count = fill_polled(machines, polled);
		pthread_mutex_unlock(&machines->lock);
		if (stopping)
			return NULL;
		(void) poll(polled, count, -1);
		(void) !read(machines->wake, &woken, sizeof(woken));   /* nothing there: it was another that woke us */
	}
}

static void wake(const SimMachines *machines) {
	uint64_t one = 1;
	(void) !write(machines->wake, &one, sizeof(one));   /* cannot fail: the counter is far from full */
}

/* ---- files ---- */

/* sshd checks its own key file's mode, and the login that it is run by is the only one it can admit. */
static void write_config(const SimMachines *machines, const Machine *machine, const char *folder, Buf *out) {
	buf_printf(out, "HostKey \"%s/host_key\"\nAuthorizedKeysFile \"%s/machine-keys\"\nAllowUsers %s\nForceCommand ", folder,
		machines->folder, machines->login);
	shell_quote(str_from(machines->self), out);
	buf_puts(out, " __login ");
	shell_quote(str_from(machines->folder), out);
	/* A shell reads its files there, and not those of the login that runs the sandbox. */
	buf_printf(out, " %s\nSetEnv \"HOME=%s/home\"\n", machine->name, folder);
	buf_puts(out, "Subsystem sftp sftp\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
		"PermitRootLogin prohibit-password\nPermitUserRC no\nX11Forwarding no\nAllowTcpForwarding no\nAllowAgentForwarding no\nPrintMotd no\n"
		"UseDNS no\nLogLevel ERROR\n");
}

static bool write_text(const char *folder, const char *name, const Buf *text, unsigned mode, Error *err) {
	AUTO_FREE char *path = path_join(folder, name);
	return file_write_atomic(path, buf_text(text), text->len, mode, err);
}

static char *machine_folder(const SimMachines *machines, const char *name) { return bg_asprintf("%s/machines/%s", machines->folder, name); }

static bool write_machine(const SimMachines *machines, Machine *machine, Error *err) {
	AUTO_CLEAR(Buf) private_key = {0};
	AUTO_CLEAR(Buf) public_key = {0};
	AUTO_CLEAR(Buf) config = {0};
	AUTO_FREE char *folder = machine_folder(machines, machine->name);
	AUTO_FREE char *home = path_join(folder, "home");
	AUTO_FREE char *own_tmp = path_join(home, "tmp");   /* what its own /tmp is; the real one is not a machine's */
	if (!file_make_folder(own_tmp, 0700, err) || !sim_make_ssh_key(machine->name, &private_key, &public_key, err))
		return false;
	write_config(machines, machine, folder, &config);
	machine->config = path_join(folder, "sshd_config");
	machine->known = bg_asprintf("[%s]:%u %s\n", sim_machines_address(machines), machine->port, buf_text(&public_key));
	return write_text(folder, "host_key", &private_key, 0600, err) && write_text(folder, "sshd_config", &config, 0600, err);
}

static bool write_client_key(const SimMachines *machines, Error *err) {
	AUTO_CLEAR(Buf) private_key = {0};
	AUTO_CLEAR(Buf) public_key = {0};
	AUTO_FREE char *secrets = path_join(machines->folder, "secrets");
	if (!file_make_folder(secrets, 0700, err) || !sim_make_ssh_key("machines@sandbox", &private_key, &public_key, err))
		return false;
	buf_putc(&public_key, '\n');
	return write_text(machines->folder, "machine-keys", &public_key, 0600, err) && write_text(secrets, "machine-key", &private_key, 0600, err);
}

/* ---- start and end ---- */

static bool find_sshd(SimMachines *machines, const char *places, Error *err) {
	Str rest = str_from(places), place;
	while (!machines->sshd && str_split(&rest, ':', &place)) {
		AUTO_FREE char *path = str_dup(place);
		machines->sshd = access(path, X_OK) == 0 ? TAKE(path) : NULL;
	}
	if (machines->sshd)
		return true;
	error_set(err, ERROR_MISSING, "there is no sshd here, and this scenario's machines are real ones");
	return error_hint(err, "install the package openssh-server (its service need not run), or practise another: breakglass sandbox --list");
}

static bool find_login(SimMachines *machines, Error *err) {
	char buffer[4096];
	struct passwd entry, *found = NULL;
	if (getpwuid_r(geteuid(), &entry, buffer, sizeof(buffer), &found) != 0 || !found) {
		error_set(err, ERROR_MISSING, "this user id has no login, and sshd admits none without one");
		return error_hint(err, "run it as a user that /etc/passwd knows");
	}
	machines->login = bg_strdup(found->pw_name);
	return true;
}

/* As long as somebody holds it open for writing, the sandbox lives: logins look at it (sim_login.c). */
static int open_life(const char *folder) {
	AUTO_FREE char *path = path_join(folder, SIM_LIFE);
	(void) unlink(path);   /* of a sandbox that was killed in a folder that is used again; else mkfifo says why */
	return mkfifo(path, 0600) == 0 ? open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK) : -1;
}

bool sim_machines_start(const char *folder, const char *self, const char *places, SimMachines **ret_machines, Error *err) {
	AUTO(SimMachines) *machines = bg_calloc(1, sizeof(*machines));
	machines->folder = bg_strdup(folder);
	machines->self = bg_strdup(self);
	machines->overlay = true;
	machines->wake = machines->log = machines->life = -1;
	pthread_mutex_init(&machines->lock, NULL);
	machines->has_ipv6 = true;
	int probe = bound_socket(machines, AT_ADDRESS, 0);
	machines->has_ipv6 = probe >= 0;
	bg_close_fd(&probe);
	if (geteuid() == 0)
		(void) mkdir("/run/sshd", 0755);   /* as root sshd wants this folder, which its service makes; it tells when it is not there */
	if (!find_sshd(machines, places, err) || !find_login(machines, err) || !write_client_key(machines, err))
		return false;
	AUTO_FREE char *log = path_join(machines->folder, "machines.log");
	machines->log = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	machines->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	machines->life = open_life(machines->folder);
	int status = machines->log < 0 || machines->wake < 0 || machines->life < 0 ? errno : pthread_create(&machines->thread, NULL, serve, machines);
	machines->threaded = status == 0 && machines->wake >= 0 && machines->life >= 0;
	if (!machines->threaded)
		return error_errno(err, status, "cannot start the machines");
	*ret_machines = TAKE(machines);
	return true;
}

SimMachines *sim_machines_stop(SimMachines *machines) {
	if (!machines)
		return NULL;
	pthread_mutex_lock(&machines->lock);
	for (size_t i = 0; i < machines->count; i++)
		for (int place = 0; place < PLACES; place++)
			end_sessions(machines, i, place);
	machines->stopping = true;
	pthread_mutex_unlock(&machines->lock);
	if (machines->threaded) {
		wake(machines);
		pthread_join(machines->thread, NULL);
	}
	for (size_t i = 0; i < machines->count; i++) {
		Machine *machine = &machines->machines[i];
		for (int place = 0; place < PLACES; place++) {
			bg_close_fd(&machine->filler[place]);
			bg_close_fd(&machine->listening[place]);
			bg_close_fd(&machine->kept[place]);
		}
		free(machine->name);
		free(machine->config);
		free(machine->known);
	}
	bg_close_fd(&machines->log);
	bg_close_fd(&machines->life);
	bg_close_fd(&machines->wake);
	pthread_mutex_destroy(&machines->lock);
	free(machines->folder);
	free(machines->self);
	free(machines->sshd);
	free(machines->login);
	free(machines);
	return NULL;
}

/* ---- machines ---- */

static Machine *find(SimMachines *machines, const char *name, size_t *ret_index) {
	for (size_t i = 0; i < machines->count; i++) {
		if (!text_eq(machines->machines[i].name, name))
			continue;
		*ret_index = i;
		return &machines->machines[i];
	}
	return NULL;
}

bool sim_machines_add(SimMachines *machines, const char *name, Error *err) {
	size_t index;
	pthread_mutex_lock(&machines->lock);
	bool ok = machines->count < MAX_MACHINES && !find(machines, name, &index);
	if (!ok) {
		error_set(err, ERROR_CONFLICT, "there is a machine %s already, or %d of them", name, MAX_MACHINES);
	} else {
		Machine *machine = &machines->machines[machines->count];
		*machine = (Machine){.name = bg_strdup(name), .kept = {-1, -1}, .listening = {-1, -1}, .filler = {-1, -1}};
		machines->count++;
		ok = keep_port(machines, machine, err) && write_machine(machines, machine, err);
	}
	pthread_mutex_unlock(&machines->lock);
	return ok;
}

void sim_machines_power(SimMachines *machines, const char *name, bool on) {
	size_t index;
	pthread_mutex_lock(&machines->lock);
	Machine *machine = find(machines, name, &index);
	if (machine) {
		machine->on = on;
		settle(machines, index);
	}
	pthread_mutex_unlock(&machines->lock);
	wake(machines);
}

void sim_machines_overlay(SimMachines *machines, bool is_up) {
	pthread_mutex_lock(&machines->lock);
	machines->overlay = is_up;
	for (size_t i = 0; i < machines->count; i++)
		settle(machines, i);
	pthread_mutex_unlock(&machines->lock);
	wake(machines);
}

const char *sim_machines_address(const SimMachines *machines) { return machines->has_ipv6 ? "::1" : "127.0.0.1"; }

unsigned sim_machines_port(SimMachines *machines, const char *name) {
	size_t index;
	pthread_mutex_lock(&machines->lock);
	Machine *machine = find(machines, name, &index);
	unsigned port = machine ? machine->port : 0;
	pthread_mutex_unlock(&machines->lock);
	return port;
}

void sim_machines_known(SimMachines *machines, Buf *out) {
	pthread_mutex_lock(&machines->lock);
	for (size_t i = 0; i < machines->count; i++)
		buf_puts(out, machines->machines[i].known);
	pthread_mutex_unlock(&machines->lock);
}
