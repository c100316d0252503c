/* sshd.h: a real OpenSSH server of the test's own, without privileges, on a free loopback port. It admits the test's own login by one key. It dies
 * with the test. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "tests/support/support.h"

typedef struct TestSshd TestSshd;

typedef struct TestSshdOptions {
	const char *host_key_types;       /* "ed25519", "ecdsa rsa", ...; NULL = "ed25519 ecdsa" */
	const char *config;               /* further lines of its configuration; NULL = none */
	const char *authorized;           /* path of a public key; NULL = that of test_sshd_key() */
	int port;                         /* 0 = a free one */
} TestSshdOptions;

/* Is there an sshd here that can be started? Tests skip themselves where not. */
bool have_sshd(void);
/* NULL options = all as said. `name` is that of its sub-folder in `folder`: two servers there have different ones. */
TestSshd *test_sshd_start(TempFolder *folder, const char *name, const TestSshdOptions *options);
TestSshd *test_sshd_free(TestSshd *sshd);       /* ends it and the sessions under it. NULL ok */
BG_DEFINE_FREEP(TestSshd, test_sshd_free)

int test_sshd_port(const TestSshd *sshd);
/* Its host keys as lines for known_hosts, for "[127.0.0.1]:PORT". Owned. */
char *test_sshd_known_line(const TestSshd *sshd);
/* Waits until its log holds `text`. */
void test_sshd_wait_log(TestSshd *sshd, const char *text);
/* How often its log holds `text` until now. */
size_t test_sshd_logged(TestSshd *sshd, const char *text);
const char *test_login(void);                   /* the login that servers admit: our own */
/* A key pair, made at the first call: `type` as for ssh-keygen -t; `passphrase` "" = none. Path of the private half, borrowed from the folder. */
const char *test_key(TempFolder *folder, const char *name, const char *type, const char *passphrase);
/* The one that every server admits: test_key(folder, "client", "ed25519", ""). */
const char *test_sshd_key(TempFolder *folder);

/* Ports behind which something is wrong. A descriptor to close. */
int test_port_silent(int *ret_port);            /* takes connections and says nothing */
int test_port_blackhole(int *ret_port, int *ret_filler);   /* answers no new connection at all: its queue is full. Close both */
