/* sweep.c: looking at many machines at once, beside the programs that people use for it: clush, parallel-ssh and ansible run the same command on the
 * same sshd on loopback. How long the first look takes and what it costs, the next ones over kept sessions, and some machines that answer nothing. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/node/sweep.h"
#include "figure.h"
#include "tests/support/sshd.h"

#define MACHINES 200
#define KEPT 1000
#define SOME 50
#define OF_THEM_GONE 20
#define AROUND 3                     /* later looks before and behind each peer */
#define LOOK_MS 120000               /* a busy sshd is not what is measured: nobody is given up */
#define GONE_MS 10000                /* as nodes have it by default: the half of it for connecting */
#define QUIET_MS 1000000             /* never again by itself */

typedef struct Place {
	TempFolder folder;
	TestSshd *sshd;
	Environment *environment;
	NodeSweep *sweep;
	pthread_mutex_t lock;
	pthread_cond_t more;
	size_t count, found, answered, reached;
	double begun, last_reached, last;
} Place;

/* ---- a sshd, and many names for it ---- */

static void place_begin(Place *place, size_t count, size_t gone, int gone_port) {
	static const TestSshdOptions OPTIONS = { .config = "MaxStartups 2000\nMaxSessions 2000\nLogLevel ERROR\n" };
	if (!have_sshd())
		cr_skip_test("there is no /usr/sbin/sshd here: nothing to look at");
	place->folder = temp_folder();
	place->sshd = test_sshd_start(&place->folder, "sshd", &OPTIONS);
	place->count = count;
	pthread_mutex_init(&place->lock, NULL);
	pthread_cond_init(&place->more, NULL);
	AUTO_FREE char *known = test_sshd_known_line(place->sshd);
	AUTO_CLEAR(Buf) text = { 0 };
	Error err = { 0 };
	temp_write(&place->folder, "known_hosts", known);
	buf_printf(&text, "name: bench\nkind: drill\nnodes:\n  known-hosts: known_hosts\n  list:\n");
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "    - { name: node%zu, address: 127.1.%zu.%zu, port: %d, user: %s, key: %s }\n", i, i / 250, i % 250 + 1, i < gone ? gone_port : test_sshd_port(place->sshd),
			test_login(), test_sshd_key(&place->folder));
	assert_ok(environment_load(temp_write(&place->folder, "environment.yaml", buf_text(&text)), &place->environment, &err), &err);
	for (size_t i = 0; i < count; i++) {   /* an environment has no two machines at one address; here they are one */
		free(place->environment->nodes[i].address);
		place->environment->nodes[i].address = bg_strdup("127.0.0.1");
	}
}

static void place_clear(Place *place) {
	node_sweep_free(place->sweep);
	environment_free(place->environment);
	test_sshd_free(place->sshd);
	if (place->folder.path)
		temp_folder_clear(&place->folder);
}
BG_DEFINE_CLEARP(Place, place_clear)

static void on_found(void *userdata, size_t index, Reading *reading) {
	Place *place = userdata;
	(void) index;
	pthread_mutex_lock(&place->lock);
	place->found++;
	place->last = figure_now_ms();
	if (text_eq(json_get_string(reading->facts, "outcome"), "answered")) {
		place->answered++;
		place->last_reached = place->last;
	}
	pthread_cond_broadcast(&place->more);
	pthread_mutex_unlock(&place->lock);
}

static void start(Place *place, int64_t deadline_ms) {
	AUTO_FREE NodeSweepItem *items = bg_calloc(place->count, sizeof(*items));
	NodeSweepOwner owner = { .found = on_found, .userdata = place };
	Error err = { 0 };
	for (size_t i = 0; i < place->count; i++)
		items[i] = (NodeSweepItem) { .node = &place->environment->nodes[i], .every_ms = QUIET_MS, .deadline_ms = deadline_ms };
	place->begun = figure_now_ms();
	assert_ok(node_sweep_start(place->environment, items, place->count, &owner, &place->sweep, &err), &err);
}

static void wait_all(Place *place) {
	pthread_mutex_lock(&place->lock);
	while (place->found < place->count)
		pthread_cond_wait(&place->more, &place->lock);
	pthread_mutex_unlock(&place->lock);
}

/* All of them once more. Returns how long that took. */
static double look_again(Place *place) {
	pthread_mutex_lock(&place->lock);
	place->found = place->answered = 0;
	pthread_mutex_unlock(&place->lock);
	double begun = figure_now_ms();
	for (size_t i = 0; i < place->count; i++)
		node_sweep_want(place->sweep, i);
	wait_all(place);
	return figure_now_ms() - begun;
}

static double spent_ms(const struct rusage *used) {
	return 1000.0 * (double) (used->ru_utime.tv_sec + used->ru_stime.tv_sec) + (double) (used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1000;
}

static double own_ms(void) {
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	return spent_ms(&used);
}

/* ---- those that people use ---- */

typedef struct Peer {
	const char *name, *program;
	const char *words[16];               /* CONFIG, HOSTS, INVENTORY, OPTION and COMMAND stand for what the run makes */
	double wall_ms, cpu_ms;              /* 0: it is not here, or it failed */
} Peer;

static Peer PEERS[] = {
	{ "clush", "clush", { "clush", "-q", "-o", "OPTION", "--hostfile", "HOSTS", "COMMAND" }, 0, 0 },
	{ "parallel-ssh", "parallel-ssh", { "parallel-ssh", "-t", "600", "-x", "OPTION", "-h", "HOSTS", "COMMAND" }, 0, 0 },
	/* Without its shared connections: who makes them goes to the background, and is not counted. */
	{ "ansible", "ansible", { "ansible", "all", "-f", "64", "-T", "600", "-i", "HOSTS", "--ssh-common-args", "OPTION", "-m", "raw", "-a", "COMMAND" }, 0, 0 },
};

static void write_names(Place *place, const char **ret_hosts, char **ret_option) {
	AUTO_CLEAR(Buf) hosts = { 0 };
	AUTO_CLEAR(Buf) config = { 0 };
	for (size_t i = 0; i < place->count; i++)
		buf_printf(&hosts, "node%zu\n", i);
	buf_printf(&config, "Host node*\n  HostName 127.0.0.1\n  Port %d\n  User %s\n  IdentityFile %s\n  IdentitiesOnly yes\n  HostKeyAlias [127.0.0.1]:%d\n"
		"  UserKnownHostsFile %s\n  BatchMode yes\n", test_sshd_port(place->sshd), test_login(), test_sshd_key(&place->folder), test_sshd_port(place->sshd),
		temp_path(&place->folder, "known_hosts"));
	*ret_hosts = temp_write(&place->folder, "hosts", buf_text(&hosts));
	*ret_option = bg_asprintf("-F %s", temp_write(&place->folder, "ssh_config", buf_text(&config)));
}

static void run_peer(Place *place, Peer *peer, const char *command) {
	AUTO_FREE char *option = NULL;
	const char *hosts = NULL, *words[BG_LENGTH(peer->words)] = { NULL };
	struct rusage used;
	int status = -1;
	write_names(place, &hosts, &option);
	for (size_t i = 0; peer->words[i]; i++)
		words[i] = text_eq(peer->words[i], "HOSTS") ? hosts : text_eq(peer->words[i], "OPTION") ? option : text_eq(peer->words[i], "COMMAND") ? command : peer->words[i];
	char *argv[BG_LENGTH(peer->words)];
	memcpy(argv, words, sizeof(argv));
	double begun = figure_now_ms();
	pid_t pid = fork();
	if (pid == 0) {
		AUTO_CLOSE int out = open(temp_path(&place->folder, "said"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		setenv("ANSIBLE_SSH_ARGS", "-C", 1);
		setenv("ANSIBLE_HOME", place->folder.path, 1);
		setenv("ANSIBLE_LOCAL_TEMP", place->folder.path, 1);
		if (dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0)
			execvp(peer->program, argv);
		_exit(127);
	}
	while (pid > 0 && wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
		continue;
	if (status != 0)
		return;
	peer->wall_ms = figure_now_ms() - begun;
	peer->cpu_ms = spent_ms(&used);
}

static void tell_beside(const Peer *peer, double first_ms, double cpu_ms, double later_ms) {
	AUTO_FREE char *cpu = bg_asprintf("CPU time of the first look at %d machines", MACHINES);
	AUTO_FREE char *first = bg_asprintf("first look at %d machines", MACHINES);
	AUTO_FREE char *later = bg_asprintf("a later look at %d machines", MACHINES);
	if (peer->wall_ms <= 0) {
		AUTO_FREE char *missing = bg_asprintf("%s is not here, or failed; %s", peer->name, cpu);
		figure_note(missing, cpu_ms, "ms");
		return;
	}
	figure_at_most(cpu, cpu_ms, "ms", peer->name, peer->cpu_ms, 0.125);
	figure_at_most(first, first_ms, "ms", peer->name, peer->wall_ms, 1);
	figure_at_most(later, later_ms, "ms", peer->name, peer->wall_ms, 0.05);
}

/* Later looks stand on both sides of each peer: what else the machine does meanwhile is as much for one as for the other. */
Test(bench_sweep, beside_clush_and_others) {
	AUTO_CLEAR(Place) place = { 0 };
	place_begin(&place, MACHINES, 0, 0);
	double later[2 * AROUND], cpu_begun = own_ms();
	start(&place, LOOK_MS);
	wait_all(&place);
	double cpu_ms = own_ms() - cpu_begun, first_ms = place.last - place.begun;
	cr_assert_eq(place.answered, MACHINES, "only %zu of %d machines answered", place.answered, MACHINES);
	cpu_begun = own_ms();
	for (int i = 0; i < AROUND; i++)
		later[i] = look_again(&place);
	figure_note("CPU time of a later look at 200 machines", (own_ms() - cpu_begun) / AROUND, "ms");
	AUTO_CLEAR(Buf) command = { 0 };
	node_command(&place.environment->nodes[0], &command);
	for (size_t i = 0; i < BG_LENGTH(PEERS); i++) {
		run_peer(&place, &PEERS[i], buf_text(&command));
		for (int k = 0; k < AROUND; k++)
			later[AROUND + k] = look_again(&place);
		cr_assert_eq(place.answered, MACHINES, "only %zu of %d machines answered again", place.answered, MACHINES);
		double own[2 * AROUND];
		memcpy(own, later, sizeof(own));
		tell_beside(&PEERS[i], first_ms, cpu_ms, figure_share(own, 2 * AROUND, 0.5));
		memcpy(later, later + AROUND, AROUND * sizeof(*later));
	}
}

Test(bench_sweep, a_thousand_kept) {
	AUTO_CLEAR(Place) place = { 0 };
	place_begin(&place, KEPT, 0, 0);
	double before = figure_memory_kib(getpid(), "VmRSS");
	start(&place, LOOK_MS);
	wait_all(&place);
	cr_assert_eq(place.answered, KEPT, "only %zu of %d machines answered", place.answered, KEPT);
	figure_note("first look at 1,000 machines", place.last - place.begun, "ms");
	figure_note("a later look at 1,000 machines", look_again(&place), "ms");
	figure_at_most("memory of 1,000 kept sessions", (figure_memory_kib(getpid(), "VmRSS") - before) / 1024, "MiB", "limit", 256, 1);
}

Test(bench_sweep, with_machines_that_answer_nothing) {
	AUTO_CLEAR(Place) place = { 0 };
	int port = 0, filler = -1;
	AUTO_CLOSE int blackhole = test_port_blackhole(&port, &filler);
	AUTO_CLOSE int fills = filler;
	place_begin(&place, SOME, OF_THEM_GONE, port);
	start(&place, GONE_MS);
	wait_all(&place);
	cr_assert(blackhole >= 0 && fills >= 0);
	cr_assert_eq(place.answered, SOME - OF_THEM_GONE, "%zu of %d machines answered", place.answered, SOME - OF_THEM_GONE);
	figure_at_most("30 machines told while 20 more answer nothing", place.last_reached - place.begun, "ms", "limit", 3000, 1);
	figure_at_most("all 50 told", place.last - place.begun, "ms", "limit: the connect deadline and a second", (double) GONE_MS / 2 + 1000, 1);
}
