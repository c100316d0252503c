/* roster.h: the OpenSSH allowed_signers file: which key may sign as whom, in which namespace, from when to when. Read as ssh-keygen 9.2 reads
 * it (sshsig.c): a line that it would skip is skipped here too, with a note that says why. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/base/str.h"
#include "core/signoff/public_key.h"

#define ROSTER_MAX_BYTES (1024 * 1024)
#define ROSTER_MAX_ENTRIES 10000

typedef struct RosterEntry {
	int line;
	char *principals;                    /* pattern list: "alice@example.org,*@ops.example.org" */
	char *namespaces;                    /* pattern list; NULL = all */
	WallTime valid_after, valid_before;  /* unknown = no bound */
	bool authority;                      /* a CA line: for the certificates that its key signed, not for the key itself */
	PublicKey key;
	char *comment;                       /* sanitised */
} RosterEntry;

typedef struct RosterNote { int line; char *text; } RosterNote;

typedef struct Roster {
	char *path;
	RosterEntry *entries;
	size_t count, capacity;
	RosterNote *notes;                   /* skipped or useless lines, for `check` and the board */
	size_t note_count;
} Roster;

typedef enum RosterAnswer {              /* from the best to the least near miss */
	ROSTER_ALLOWED,
	ROSTER_EXPIRED,                      /* key and person fit; valid-before has passed */
	ROSTER_NOT_YET_VALID,
	ROSTER_NAMESPACE_NOT_ALLOWED,
	ROSTER_CERTIFICATE_NOT_VALID,        /* its authority is there; certificate_counts() says why not */
	ROSTER_PRINCIPAL_NOT_ALLOWED,        /* the key is there, for somebody else */
	ROSTER_KEY_UNKNOWN,
} RosterAnswer;

/* Only an unreadable or oversized file is an error; bad lines become notes. */
BG_CHECK bool roster_load(const char *path, Roster **ret_roster, Error *err);
BG_CHECK bool roster_parse(Str text, const char *path, Roster **ret_roster, Error *err);
/* May this key sign as `principal` in `name_space` at `at`? *ret_entry (NULL ok) is the line that says so, or the nearest miss; NULL if none. */
RosterAnswer roster_check(const Roster *roster, const PublicKey *key, const char *principal, const char *name_space, WallTime at,
	const RosterEntry **ret_entry);
/* Any line holds this key for `principal`, whatever the time and namespace: which keys to offer to a signer. */
bool roster_lists(const Roster *roster, const PublicKey *key, const char *principal);
/* The next entry (after `previous`, NULL to begin) that is for `principal`; NULL at the end. */
const RosterEntry *roster_next_of(const Roster *roster, const RosterEntry *previous, const char *principal);
Roster *roster_free(Roster *roster);                                 /* NULL ok; returns NULL */
BG_DEFINE_FREEP(Roster, roster_free)

/* ssh_config PATTERNS: * and ?; a list has commas and !negation. Case counts. */
bool pattern_match(Str text, Str pattern);
bool pattern_list_match(Str text, Str list);
/* YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, then Z or UTC; without either it is local time. */
bool roster_parse_time(Str text, WallTime *ret_time);
