/* sim_login.c: see sim_login.h. */
#include "core/sandbox/sim_login.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_pretend.h"

#define CANNOT 127

static int say(const char *what, const char *why) {
	fprintf(stderr, "breakglass: this pretend machine %s: %s\n", what, why);
	return CANNOT;
}

/* What `scp` and `sftp` ask for. */
static int serve_files(const char *home) {
	static const char *const SERVERS[] = {"/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server",
		"/usr/libexec/sftp-server", "/usr/lib/misc/sftp-server"};
	for (size_t i = 0; i < BG_LENGTH(SERVERS); i++)
		execl(SERVERS[i], SERVERS[i], "-d", home, (char *) NULL);
	return say("cannot send files", "there is no sftp-server; install openssh-sftp-server");
}

int sim_login_main(int argc, char **argv) {
	if (argc != 2)
		return say("cannot be logged in to", "its configuration was changed");
	AUTO_FREE char *home = bg_asprintf("%s/machines/%s/home", argv[0], argv[1]);
	AUTO_FREE char *path = bg_asprintf("%s/machine-bin:%s/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", argv[0], argv[0]);
	const char *asked = getenv("SSH_ORIGINAL_COMMAND");
	AUTO_FREE char *command = bg_strdup_or_null(asked);
	prctl(PR_SET_PDEATHSIG, SIGKILL);   /* a machine that loses power takes what runs on it along */
	if (chdir(home) != 0)
		return say("has no home", strerror(errno));
	if (setenv("HOME", home, 1) != 0 || setenv("PATH", path, 1) != 0 || setenv(SIM_PRETEND_MACHINE, argv[1], 1) != 0)
		return say("has no room", strerror(errno));
	unsetenv("SSH_ORIGINAL_COMMAND");
	if (text_eq(command, "sftp"))
		return serve_files(home);
	if (command)
		execl("/bin/sh", "sh", "-c", command, (char *) NULL);
	else
		execl("/bin/sh", "sh", "-i", (char *) NULL);
	return say("has no shell", strerror(errno));
}
