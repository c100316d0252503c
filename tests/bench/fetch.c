/* fetch.c: how fast a file comes from a machine over SFTP, beside scp, from the same sshd on loopback and over a long way: what backup.fetch reads with. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/transport/ssh/sftp.h"
#include "figure.h"
#include "tests/support/loopback.h"
#include "tests/support/overlay_net.h"
#include "tests/support/sshd.h"

#define MEBIBYTES 512
#define MEBIBYTES_FAR 128
#define DELAY_MS 50                   /* each way */
#define RELAY_HOST "::1"
#define ROUNDS 3
#define PIECE (1024u * 1024)

typedef struct Place {
	TempFolder folder;
	TestSshd *sshd;
	KnownHosts *known;
	StrList known_files;
	SshTarget target;
	const char *from, *to;
	int mebibytes;
} Place;

/* MiB a second; CPU time of this side, its programs included. A list of each, a round after the other. */
typedef struct Fetched { double rate[ROUNDS], cpu_ms[ROUNDS]; } Fetched;

/* `relay_port` is another port that leads to the server; 0 = none. */
static void place_begin(Place *place, int mebibytes, int relay_port)
{
	static const TestSshdOptions OPTIONS = { .config = "Subsystem sftp internal-sftp\n" };
	if (!have_sshd())
		cr_skip_test("there is no /usr/sbin/sshd here: nothing to fetch from");
	place->folder = temp_folder();
	place->sshd = test_sshd_start(&place->folder, "sshd", &OPTIONS);
	place->known = known_hosts_new();
	int port = relay_port ? relay_port : test_sshd_port(place->sshd);
	const char *host = relay_port ? RELAY_HOST : "127.0.0.1";
	AUTO_CLEAR(Buf) lines = { 0 };
	AUTO_FREE char *line = test_sshd_known_line(place->sshd);
	for (Str rest = str_from(line), one; str_next_line(&rest, &one);)
		buf_printf(&lines, "[%s]:%d %.*s\n", host, port, STR_ARG(str_slice(one, (size_t) str_find_char(one, ' ') + 1, one.len)));
	Error err = { 0 };
	const char *known = temp_write(&place->folder, "known_hosts", buf_text(&lines));
	assert_ok(known_hosts_load(place->known, known, &err), &err);
	strlist_add(&place->known_files, known);
	place->target = (SshTarget) { .host = host, .port = port, .user = test_login(), .key_path = test_sshd_key(&place->folder), .agent = "",
		.known = place->known, .known_files = &place->known_files };
	place->from = temp_path(&place->folder, "from");
	place->to = temp_path(&place->folder, "to");
	place->mebibytes = mebibytes;
	AUTO_FREE char *bytes = bg_calloc(1, PIECE);
	FILE *file = fopen(place->from, "w");
	cr_assert(file);
	for (int i = 0; i < mebibytes; i++)
		cr_assert(fwrite(bytes, 1, PIECE, file) == PIECE);
	cr_assert(fclose(file) == 0);
}

static void place_clear(Place *place)
{
	test_sshd_free(place->sshd);
	known_hosts_free(place->known);
	strlist_clear(&place->known_files);
	if (place->folder.path)
		temp_folder_clear(&place->folder);
}
BG_DEFINE_CLEARP(Place, place_clear)

static double cpu_ms(void)
{
	double sum = 0;
	int whose[] = { RUSAGE_SELF, RUSAGE_CHILDREN };
	for (size_t i = 0; i < BG_LENGTH(whose); i++) {
		struct rusage used;
		getrusage(whose[i], &used);
		sum += 1000.0 * (double) (used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double) (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
	}
	return sum;
}

static void by_sftp(const Place *place, bool chooses, int round, Fetched *ret)
{
	AUTO(Sftp) *sftp = NULL;
	AUTO_FREE char *piece = bg_malloc(PIECE);
	SftpOptions options = { .deadline = { mono_now().ms + 600000 }, .near_ms = chooses ? SFTP_NEAR_MS : 0 };
	Error err = { 0 };
	size_t got = 1;
	double begun = figure_now_ms(), spent = cpu_ms();
	AUTO_CLOSE int fd = open(place->to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_ok(sftp_open(&place->target, &options, &sftp, &err), &err);
	assert_ok(sftp_begin_file(sftp, place->from, 0, &err), &err);
	while (got) {
		assert_ok(sftp_next(sftp, piece, PIECE, &got, &err), &err);
		assert_ok(file_write_all(fd, piece, got, &err), &err);
	}
	sftp_end_file(sftp);
	ret->rate[round] = place->mebibytes * 1000 / (figure_now_ms() - begun);
	sftp = sftp_free(sftp);   /* what has not ended is not counted */
	ret->cpu_ms[round] = cpu_ms() - spent;
}

static void by_scp(Place *place, int round, Fetched *ret)
{
	AUTO_FREE char *port = bg_asprintf("%d", place->target.port);
	AUTO_FREE char *source = bg_asprintf("%s@[%s]:%s", test_login(), place->target.host, place->from);
	AUTO_FREE char *known_option = bg_asprintf("UserKnownHostsFile=%s", place->known_files.items[0]);
	int status = -1;
	double begun = figure_now_ms(), spent = cpu_ms();
	pid_t pid = fork();
	if (pid == 0) {
		execlp("scp", "scp", "-q", "-P", port, "-i", test_sshd_key(&place->folder), "-o", known_option, "-o", "BatchMode=yes", source, place->to, (char *) NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	cr_assert_eq(status, 0, "scp failed, so there is no peer");
	ret->rate[round] = place->mebibytes * 1000 / (figure_now_ms() - begun);
	ret->cpu_ms[round] = cpu_ms() - spent;
}

static double middle(double *values) { return figure_share(values, ROUNDS, 0.5); }

Test(bench_fetch, loopback)
{
	AUTO_CLEAR(Place) place = { 0 };
	Fetched ours = { 0 }, session = { 0 }, theirs = { 0 };
	place_begin(&place, MEBIBYTES, 0);
	for (int i = 0; i < ROUNDS; i++) {
		by_sftp(&place, true, i, &ours);
		by_scp(&place, i, &theirs);
		by_sftp(&place, false, i, &session);
	}
	double peer = middle(theirs.rate), peer_cpu = middle(theirs.cpu_ms);
	figure_at_least("fetch of 512 MiB over SFTP, loopback", middle(ours.rate), "MiB/s", "scp", peer, 0.8);
	figure_at_most("CPU time of it on this side", middle(ours.cpu_ms), "ms", "scp", peer_cpu, 1.25);
	figure_note("the same over libssh2, as where the ssh program is not there", middle(session.rate), "MiB/s");
	figure_note("CPU time of that", middle(session.cpu_ms), "ms");
}

Test(bench_fetch, far_away)
{
	AUTO_CLEAR(Place) place = { 0 };
	Fetched ours = { 0 }, session = { 0 }, theirs = { 0 };
	int port = loopback_unused_port();
	place_begin(&place, MEBIBYTES_FAR, port);
	SlowRelay *relay = slow_relay_start(RELAY_HOST, port, test_sshd_port(place.sshd), DELAY_MS);
	for (int i = 0; i < ROUNDS; i++) {
		by_sftp(&place, true, i, &ours);
		by_scp(&place, i, &theirs);
		by_sftp(&place, false, i, &session);
	}
	slow_relay_free(relay);
	figure_at_least("fetch of 128 MiB over SFTP, 50 ms away", middle(ours.rate), "MiB/s", "scp", middle(theirs.rate), 1);
}
