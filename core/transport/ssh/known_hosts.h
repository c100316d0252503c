/* known_hosts.h: the known_hosts files of OpenSSH, read completely and obeyed: hashed names, @revoked, @cert-authority, wildcards, negation, several
 * keys a host, [host]:port. Facts: sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT". libssh2's own reader is not used: it stops at a line that it does
 * not know, takes a marker for a name and matches no wildcard.
 * A KnownHosts owns what it read and never changes while it is asked. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/signoff/public_key.h"

#define KNOWN_HOSTS_MAX_BYTES (16 * 1024 * 1024)     /* of one file */
#define KNOWN_HOSTS_MAX_LINES 200000                 /* of all files */
#define HOST_KEY_LINE_SIZE 1024                      /* an RSA key of 4096 bits has 740 */

typedef struct KnownHosts KnownHosts;

typedef enum HostKeyVerdict {
	HOST_KEY_UNKNOWN = 0,    /* no line names this host */
	HOST_KEY_KNOWN,          /* a line holds this key */
	HOST_KEY_CHANGED,        /* a line holds another key of the same type */
	HOST_KEY_OTHER_TYPE,     /* the host is known, by keys of other types only */
	HOST_KEY_REVOKED,        /* a line says that this key must not be trusted, whatever others say */
	HOST_KEY_AUTHORITY,      /* no line holds a key of the host itself, but a @cert-authority line names it */
} HostKeyVerdict;

typedef struct HostKeyCheck {
	HostKeyVerdict verdict;
	char offered[FINGERPRINT_SIZE];    /* of the key that the host showed */
	char key[HOST_KEY_LINE_SIZE];      /* that key as lines of known_hosts have it, "ssh-ed25519 AAAA..."; "" when it is longer */
	char known[FINGERPRINT_SIZE];      /* CHANGED, OTHER_TYPE: of the key that is known; else "" */
	const char *file;                  /* of the line that decided; NULL for UNKNOWN. Borrowed */
	int line;
} HostKeyCheck;

KnownHosts *known_hosts_new(void);
/* Adds a file; one that does not exist adds nothing. */
BG_CHECK bool known_hosts_load(KnownHosts *hosts, const char *path, Error *err);
/* Adds text; `name` is what checks call it. A line that cannot be understood is passed over and counted, as OpenSSH does. */
BG_CHECK bool known_hosts_parse(KnownHosts *hosts, Str text, const char *name, Error *err);
KnownHosts *known_hosts_free(KnownHosts *hosts);
BG_DEFINE_FREEP(KnownHosts, known_hosts_free)

size_t known_hosts_skipped(const KnownHosts *hosts);      /* lines passed over */

/* What the files call it: "host", or "[host]:port" when the port is not 22; lower case, IPv6 addresses in their usual form. Owned. */
char *known_hosts_name(const char *host, int port);
/* `blob` is the host's public key as it comes over the wire. */
void known_hosts_check(const KnownHosts *hosts, const char *host, int port, Str blob, HostKeyCheck *ret);
/* What is known of a host, whatever key it shows: the first line's fingerprint, file and line. False: nothing. */
bool known_hosts_first(const KnownHosts *hosts, const char *host, int port, HostKeyCheck *ret);
/* The types of the keys that are known for a host ("ssh-ed25519"), each once, in the order of the files; certificates' authorities and revoked
 * keys are none. Empty: nothing is known. */
void known_hosts_types(const KnownHosts *hosts, const char *host, int port, StrList *ret_types);
/* A @cert-authority line names the host. */
bool known_hosts_has_authority(const KnownHosts *hosts, const char *host, int port);
