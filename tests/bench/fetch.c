/* fetch.c: how fast a file comes from a machine over SFTP, beside scp, from the same sshd on loopback: what backup.fetch reads with. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/transport/ssh/sftp.h"
#include "figure.h"
#include "tests/support/sshd.h"

#define MEBIBYTES 512
#define ROUNDS 3
#define PIECE (1024u * 1024)

static double by_sftp(const SshTarget *target, const char *from, const char *to)
{
	AUTO(Sftp) *sftp = NULL;
	AUTO_FREE char *piece = bg_malloc(PIECE);
	SftpOptions options = { .deadline = { mono_now().ms + 600000 } };
	Error err = { 0 };
	size_t got = 1;
	double begun = figure_now_ms();
	AUTO_CLOSE int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_ok(sftp_open(target, &options, &sftp, &err), &err);
	assert_ok(sftp_begin_file(sftp, from, 0, &err), &err);
	while (got) {
		assert_ok(sftp_next(sftp, piece, PIECE, &got, &err), &err);
		assert_ok(file_write_all(fd, piece, got, &err), &err);
	}
	sftp_end_file(sftp);
	return MEBIBYTES * 1000 / (figure_now_ms() - begun);
}

static double by_scp(TempFolder *folder, const TestSshd *sshd, const char *known, const char *from, const char *to)
{
	AUTO_FREE char *port = bg_asprintf("%d", test_sshd_port(sshd));
	AUTO_FREE char *source = bg_asprintf("%s@127.0.0.1:%s", test_login(), from);
	AUTO_FREE char *known_option = bg_asprintf("UserKnownHostsFile=%s", known);
	int status = -1;
	double begun = figure_now_ms();
	pid_t pid = fork();
	if (pid == 0) {
		execlp("scp", "scp", "-q", "-P", port, "-i", test_sshd_key(folder), "-o", known_option, "-o", "BatchMode=yes", source, to, (char *) NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status == 0 ? MEBIBYTES * 1000 / (figure_now_ms() - begun) : 0;
}

Test(bench_fetch, loopback)
{
	if (!have_sshd())
		cr_skip_test("there is no /usr/sbin/sshd here: nothing to fetch from");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *rsa = test_key(&folder, "rsa", "rsa", "");
	AUTO_FREE char *admitted = bg_asprintf("%s.pub %s.pub", test_sshd_key(&folder), rsa);
	TestSshdOptions options = { .config = "Subsystem sftp internal-sftp\n", .authorized = admitted };
	AUTO(TestSshd) *sshd = test_sshd_start(&folder, "sshd", &options);
	AUTO(KnownHosts) *known = known_hosts_new();
	AUTO_FREE char *line = test_sshd_known_line(sshd);
	const char *known_path = temp_write(&folder, "known_hosts", line), *from = temp_path(&folder, "from"), *to = temp_path(&folder, "to");
	Error err = { 0 };
	double ours[ROUNDS], programs[ROUNDS], theirs[ROUNDS];
	assert_ok(known_hosts_load(known, known_path, &err), &err);
	SshTarget target = { .host = "127.0.0.1", .port = test_sshd_port(sshd), .user = test_login(), .key_path = test_sshd_key(&folder), .agent = "", .known = known };
	AUTO_CLEAR(StrList) files = { 0 };
	strlist_add(&files, known_path);
	SshTarget by_program = target;
	by_program.key_path = rsa;
	by_program.known_files = &files;
	AUTO_FREE char *bytes = bg_calloc(1, PIECE);
	FILE *file = fopen(from, "w");
	cr_assert(file);
	for (int i = 0; i < MEBIBYTES; i++)
		cr_assert(fwrite(bytes, 1, PIECE, file) == PIECE);
	cr_assert(fclose(file) == 0);
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = by_sftp(&target, from, to);
		programs[i] = by_sftp(&by_program, from, to);
		theirs[i] = by_scp(&folder, sshd, known_path, from, to);
	}
	double peer = figure_share(theirs, ROUNDS, 0.5);
	if (peer > 0) {
		figure_at_least("the same with an RSA key, through the ssh program", figure_share(programs, ROUNDS, 0.5), "MiB/s", "scp", peer, 0.8);
		figure_at_least("fetch of 512 MiB over SFTP, loopback", figure_share(ours, ROUNDS, 0.5), "MiB/s", "scp", peer, 0.8);
	} else
		figure_note("fetch of 512 MiB over SFTP, loopback; scp is not there, so there is no peer", figure_share(ours, ROUNDS, 0.5), "MiB/s");
}
