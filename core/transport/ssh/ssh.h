/* ssh.h: what a command on a machine over SSH is asked with, and what came of it. Plain values, shared by the session (libssh2) and the program
 * (ssh). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/transport/ssh/known_hosts.h"

#define SSH_DEFAULT_CONNECT_MS 5000
#define SSH_DEFAULT_OUTPUT (64u * 1024)

/* Borrowed. */
typedef struct SshTarget {
	const char *host;             /* a literal address; a name only for the ssh program */
	const char *known_as;         /* its key is looked up under this address instead of `host`, as HostKeyAlias of ssh; NULL or "" = none */
	int port;                     /* 0 = 22 */
	const char *user;
	const char *key_path;         /* private key file; NULL or "" = the agent's keys, then ~/.ssh/id_ed25519 and id_ecdsa */
	const char *agent;            /* socket of the ssh-agent; NULL = SSH_AUTH_SOCK, "" = none */
	const char *jump;             /* for the ssh program: -J; NULL or "" = none */
	const KnownHosts *known;      /* must outlive the session and its results */
	const StrList *known_files;   /* the files that `known` was read from, for the ssh program; NULL = its own */
	const char *shared;           /* for the ssh program: a folder in which it keeps connections for commands that change nothing; NULL = it keeps none */
	int shared_s;                 /* how long one is kept behind its last command */
	const char *kept;             /* program.c's own: the socket of the one to use */
	int64_t connect_ms;           /* until the connection stands, and again until the banner came; 0 = SSH_DEFAULT_CONNECT_MS */
} SshTarget;

typedef struct SshCommand {
	const char *text;             /* for the other side's shell */
	int64_t deadline_ms;          /* for all of it, connecting included */
	size_t max_output;            /* of stdout and stderr each; the rest is dropped; 0 = SSH_DEFAULT_OUTPUT */
	bool repeatable;              /* changes nothing: may be sent again when a kept connection turns out to be dead */
	const char *loop;             /* for a session, NULL = none: the same, from ssh_loop_command(), in a shell that stays and is asked again and again */
} SshCommand;

/* The command that begins a shell which stays: for each line that it reads it does `body`, a POSIX script without quotes or exclamation marks of a login
 * shell, and says where its answer begins and ends. `preface` is done once. Arguments of the script may be put behind it. Appends. */
void ssh_loop_command(const char *preface, const char *body, Buf *out);

/* How far it came. */
typedef enum SshOutcome {
	SSH_UNFINISHED = 0,
	SSH_RAN,                      /* the command ended by itself: exit_code or signal say how */
	SSH_NO_ROUTE,                 /* no way to the address is known here */
	SSH_REFUSED,                  /* the machine answered: nothing listens on that port */
	SSH_TIMED_OUT,                /* nothing answered at the address, or it stopped answering */
	SSH_NO_BANNER,                /* connected, but no SSH server spoke */
	SSH_BUSY,                     /* every connection was closed before its banner: MaxStartups */
	SSH_HOST_UNKNOWN, SSH_HOST_CHANGED, SSH_HOST_REVOKED,
	SSH_NOT_ADMITTED,             /* authentication refused */
	SSH_BROKEN,                   /* the connection ended in the middle, or what came was no SSH */
	SSH_COMMAND_SLOW,             /* begun, and not ended within the deadline */
	SSH_NOT_POSSIBLE,             /* libssh2 cannot: the ssh program must; `error.why` says why */
	SSH_OUTCOME_COUNT
} SshOutcome;

typedef struct SshResult {
	SshOutcome outcome;
	Error error;                  /* for all but SSH_RAN */
	HostKeyCheck host_key;        /* `offered` is set once the host showed one */
	char host_key_of[256];        /* as known_hosts names the jump host, when it is that one's key; "" = the host's own */
	int exit_code;                /* -1 when a signal ended it */
	char signal[32];              /* "" when it exited */
	Buf out, err;
	bool began;                   /* the command was sent: whatever it does may have been done */
	bool reused;                  /* over a connection that was there already */
	bool by_program;              /* by the ssh program */
	int refusals;                 /* connections closed before their banner, each tried again */
	int64_t elapsed_ms;
} SshResult;

void ssh_result_clear(SshResult *result);
BG_DEFINE_CLEARP(SshResult, ssh_result_clear)
const char *ssh_outcome_words(SshOutcome outcome);      /* "no route", "refused", ... */
/* "user@[4a1:b2::11]:2222", the port only when it is not 22. Owned. */
char *ssh_target_words(const SshTarget *target);
/* Under which its host key is looked up. Borrowed. */
const char *ssh_target_known_as(const SshTarget *target);
/* Fills outcome and error; `what` is always "reach NODE's address" of the target, also its `where`. */
void ssh_fail(SshResult *result, const SshTarget *target, SshOutcome outcome, ErrorKind kind, const char *why, ...) BG_PRINTF(5, 6);
/* From a key check that is not KNOWN. */
void ssh_fail_host_key(SshResult *result, const SshTarget *target);
