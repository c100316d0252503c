/* signer.h: the signer's side: which keys are at hand (agent, key files), and signing a statement with one of them. Runs in a console or
 * command, never in the engine: no key and no agent of a person is ever touched by another process. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/str.h"

typedef struct Signer {
	char *person;                /* who it signs for, once the engine has said; NULL before */
	StrList roles;
	bool valid;                  /* the roster says it counts now */
	char fingerprint[64];
	char *comment;               /* of the key, sanitised */
	char *path;                  /* key file; NULL for agent keys */
	char *agent;                 /* socket of its agent; NULL for key files */
	bool from_agent, needs_touch;
	char *blob;                  /* owned bytes of the public key */
	size_t blob_len;
} Signer;

typedef struct SignerList { Signer *items; size_t count, capacity; StrList notes; } SignerList;   /* notes: keys that cannot be used, and why */

/* Where to look for keys. Borrowed. */
typedef struct SignerSources {
	bool own_agent;              /* the one at $SSH_AUTH_SOCK, which may be forwarded */
	const StrList *agents;       /* further sockets; NULL = none */
	const StrList *key_files;    /* NULL = none */
} SignerSources;

/* Keys of the agents, the own one first, and of the key files. Waits for each agent at most a few seconds; one that is not there is left
 * out. No key at all is an error that says how to have one. */
BG_CHECK bool signer_list(const SignerSources *sources, SignerList **ret_list, Error *err);
SignerList *signer_list_free(SignerList *list);
BG_DEFINE_FREEP(SignerList, signer_list_free)
/* Arguments of ASK_SIGNERS for these keys. Owned. */
Json *signer_ask_args(const SignerList *list);
/* Takes in the reply of ASK_SIGNERS: person, roles and validity of each key. */
void signer_take_reply(SignerList *list, const Json *data);
/* The key to sign with in `role` (as `person`, unless NULL). NULL and err when there is none, or more than one person fits. */
const Signer *signer_choose(SignerList *list, const Json *data, const char *role, const char *person, Error *err);
/* Signs. May wait for a person at the agent (a touch, a confirmation): up to two minutes. */
BG_CHECK bool signer_sign(const Signer *signer, const char *statement, Buf *ret_armoured, Error *err);
/* The same in another namespace: for a badge. */
BG_CHECK bool signer_sign_in(const Signer *signer, const char *name_space, const char *text, Buf *ret_armoured, Error *err);
