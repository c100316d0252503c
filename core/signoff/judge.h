/* judge.h: does this signature count, here and now? Pure: everything it needs is given, the clock included. Called when a signature
 * arrives, again when the engine acts, and by `verify` with the time of the record. Each refusal has a code and a message of its own.
 * The validity of the key is judged at the time that the statement says, as git and ssh-keygen's verify-time do: a key that ran out while
 * its signature was on the way still signed. The statement's own short validity bounds how far back anybody can date one. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/base/str.h"
#include "core/signoff/revocations.h"
#include "core/signoff/roster.h"
#include "core/signoff/statement.h"

/* Code, name in records and --json, hint. */
#define SIGNOFF_REFUSALS(X) \
	X(REFUSED_MALFORMED_STATEMENT, "malformed-statement", "sign the text exactly as `breakglass statement` prints it") \
	X(REFUSED_MALFORMED_SIGNATURE, "malformed-signature", "paste all of it, from BEGIN SSH SIGNATURE to END SSH SIGNATURE") \
	X(REFUSED_BAD_SIGNATURE, "bad-signature", "sign the text again, without changing a byte of it") \
	X(REFUSED_WRONG_NAMESPACE, "wrong-namespace", "sign with: ssh-keygen -Y sign -n signoff@breakglass") \
	X(REFUSED_UNKNOWN_KEY, "unknown-key", "use a key that stands in the allowed_signers file") \
	X(REFUSED_PRINCIPAL, "principal-not-allowed", "sign under your own name, with your own key") \
	X(REFUSED_KEY_NAMESPACE, "key-not-for-namespace", "add signoff@breakglass to the key's namespaces= in allowed_signers") \
	X(REFUSED_KEY_NOT_YET_VALID, "key-not-yet-valid", "use another key, or look at the clock of this machine") \
	X(REFUSED_KEY_EXPIRED, "key-expired", "use another key, or renew its valid-before in allowed_signers") \
	X(REFUSED_CERTIFICATE, "certificate-not-valid", "have the authority certify the key anew, for the signer's name") \
	X(REFUSED_KEY_REVOKED, "key-revoked", "use another key") \
	X(REFUSED_UNKNOWN_PERSON, "unknown-person", "add the signer to people in the environment file") \
	X(REFUSED_ROLE_NOT_HELD, "role-not-held", "ask somebody who holds the role, or sign in a role of your own") \
	X(REFUSED_ROLE_NOT_ASKED, "role-not-asked", "sign in one of the roles that this gate asks for") \
	X(REFUSED_OTHER_ENVIRONMENT, "other-environment", "make a new statement in this environment") \
	X(REFUSED_OTHER_INCIDENT, "other-incident", "make a new statement in this incident") \
	X(REFUSED_OTHER_STEP, "other-step", "make a new statement for this step") \
	X(REFUSED_EDITED_PLAYBOOK, "edited-playbook", "look at what changed in the playbook, then sign anew") \
	X(REFUSED_DRIFTED_PLAN, "drifted-plan", "look at the new plan, then sign anew") \
	X(REFUSED_ALTERED_WORDS, "altered-words", "sign the text exactly as `breakglass statement` prints it") \
	X(REFUSED_OLD_CHECKPOINT, "old-checkpoint", "make a new statement: this one was made before the gate was reached") \
	X(REFUSED_UNKNOWN_CHECKPOINT, "unknown-checkpoint", "check the record with `breakglass verify`, then make a new statement") \
	X(REFUSED_NOT_YET_VALID, "not-yet-valid", "look at the clocks of both machines") \
	X(REFUSED_EXPIRED, "expired", "make a new statement and sign it") \
	X(REFUSED_TOO_LONG, "validity-too-long", "make a new statement: it may not outlive the environment's validity") \
	X(REFUSED_NO_REASON, "no-reason", "say why in one line")
typedef enum SignoffRefusal {
	REFUSED_NOT = 0,
#define X(code, name, hint) code,
	SIGNOFF_REFUSALS(X)
#undef X
	SIGNOFF_REFUSAL_COUNT
} SignoffRefusal;

/* A signer may be ahead of our clock by this much. */
#define SIGNOFF_CLOCK_SKEW_MS (2 * 60 * 1000)

/* One person of the environment: borrowed text. */
typedef struct RoleHolder {
	const char *person;          /* name for the record */
	const char *principal;       /* as in the roster */
	const StrList *roles;
} RoleHolder;

/* What a signature must be about. Borrowed text. */
typedef struct SignoffExpectation {
	const char *environment, *kind, *incident, *run, *gate;
	const char *playbook_digest;         /* 64 hex digits */
	const char *digest;                  /* of what would be done now */
	/* What the signer must have read: a true digest under false words is no agreement. NULL = not compared. */
	const char *playbook;                /* file name */
	const char *step;                    /* number and title, or the title of the section */
	const StrList *changes;              /* in words */
	const StrList *gate_roles;           /* NULL = every role */
	bool reason_required;                /* also for a yes */
	int64_t gate_record;                 /* the record that asked for this subject: older checkpoints do not count */
	int64_t max_validity_ms;             /* 0 = no bound */
	/* The head hash of record `seq` as 64 hex digits, NULL if there is none; NULL function: heads are not checked. */
	const char *(*head_of)(void *userdata, int64_t seq);
	void *userdata;
	WallTime now;
} SignoffExpectation;

typedef struct SignoffRules {
	const Roster *roster;
	const Revocations *revocations;      /* NULL = none */
	const RoleHolder *holders;
	size_t holder_count;
} SignoffRules;

typedef struct AcceptedSignoff {
	Statement statement;                 /* owned */
	char *person;                        /* owned: the holder's name */
	char fingerprint[FINGERPRINT_SIZE];
	SignatureFacts facts;
} AcceptedSignoff;
void accepted_signoff_clear(AcceptedSignoff *accepted);
BG_DEFINE_CLEARP(AcceptedSignoff, accepted_signoff_clear)

/* REFUSED_NOT and a filled *ret_accepted, or the refusal with its message in `err` (kind DENIED). The order is fixed: form, signature, key,
 * person and role, then what it is about, then time. */
SignoffRefusal signoff_judge(Str statement, Str signature, const SignoffRules *rules, const SignoffExpectation *expectation,
	AcceptedSignoff *ret_accepted, Error *err);
/* The same without a signature: for an answer that a one-time code vouches for. The fingerprint stays empty. */
SignoffRefusal signoff_judge_code(Str statement, const SignoffRules *rules, const SignoffExpectation *expectation,
	AcceptedSignoff *ret_accepted, Error *err);
const char *signoff_refusal_name(SignoffRefusal refusal);
const char *signoff_refusal_hint(SignoffRefusal refusal);

/* Two sign-offs that may not stand together in one gate where people must be distinct. */
typedef enum SignoffConflict { CONFLICT_NONE, CONFLICT_SAME_PERSON, CONFLICT_SAME_KEY } SignoffConflict;
typedef struct SignoffParty { const char *person, *role, *fingerprint; } SignoffParty;
/* The same person in two roles, or one key under two names. One person renewing one role is no conflict. */
SignoffConflict signoff_conflict(const SignoffParty *a, const SignoffParty *b);
/* The message for a conflict, `err` of kind DENIED, and false; true for CONFLICT_NONE. */
BG_CHECK bool signoff_conflict_error(SignoffConflict conflict, const SignoffParty *a, const SignoffParty *b, Error *err);
