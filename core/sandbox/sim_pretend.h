/* sim_pretend.h: programs that are only pretended: `kubectl`, `k3s`, `systemctl` and the team's scripts are a line of shell that runs a role of
 * breakglass, and that asks the running sandbox over a socket in its folder what the program says. So all of them see and change one state. */
#pragma once
#include "core/base/buf.h"
#include "core/base/error.h"

#define SIM_PRETEND_MACHINE "BREAKGLASS_MACHINE"     /* in the environment of a login on a machine: its name */

typedef struct SimRun {
	const char *program;         /* "kubectl", "add-node.sh" */
	const char *machine;         /* where it was started; "" = on this machine itself */
	const char *folder;          /* its working directory */
	StrList args;                /* without the program's name */
	Str input;                   /* its stdin, where it reads that */
	bool terminal;               /* a person sits at it, and may be asked for lines */
	const char *line;            /* what they typed at its last prompt; NULL = it has just been started */
	Buf out, err;                /* what it prints */
	const char *prompt;          /* set by it: it goes on and wants a line; static text. NULL = it ends */
	int status;
	bool changes;                /* it did more than look */
} SimRun;
typedef void (*SimRunHandler)(void *userdata, SimRun *run);

typedef struct SimPretend SimPretend;
/* Serves FOLDER/pretend.sock, one program at a time, on a thread of its own. */
BG_CHECK bool sim_pretend_start(const char *folder, SimRunHandler handler, void *userdata, SimPretend **ret_pretend, Error *err);
SimPretend *sim_pretend_stop(SimPretend *pretend);     /* NULL ok; returns NULL */
BG_DEFINE_FREEP(SimPretend, sim_pretend_stop)

/* Writes `path`, a script that is `program` to whoever starts it. `self`: breakglass. */
BG_CHECK bool sim_pretend_write(const char *folder, const char *self, const char *path, const char *program, Error *err);

/* The role. argv: FOLDER PROGRAM ARGUMENT... The exit status of the program that is pretended. */
int sim_pretend_main(int argc, char **argv);
