/* statement.h: the short text that a person reads and signs: who decides what, about which exact changes, having seen which record, until when.
 * Fixed lines `key: value` in a fixed order, so that parsing and rendering are each other's inverse and two people can compare it by eye.
 * `ssh-keygen -Y verify -n signoff@breakglass` over these bytes is all that a stranger needs. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/base/str.h"

#define SIGNOFF_NAMESPACE "signoff@breakglass"
#define STATEMENT_MAX_BYTES (256 * 1024)
#define STATEMENT_MAX_CHANGES 2000
#define STATEMENT_MAX_VALUE 2000                 /* bytes of one line's value; longer ones are cut with "..." when rendered */

typedef enum StatementDecision {
	STATEMENT_YES, STATEMENT_NO, STATEMENT_ESCALATE,
	STATEMENT_WITHDRAW,      /* takes the signer's own answer back */
	STATEMENT_ALONE,         /* goes on without the roles that are missing */
	STATEMENT_COUNTERSIGN,   /* agrees afterwards to what somebody did alone */
} StatementDecision;

typedef struct Statement {
	char *environment;       /* "ocw-production" */
	char *kind;              /* "live" or "drill" */
	char *incident;          /* its id */
	char *playbook;          /* file name */
	char *playbook_digest;   /* 64 hex digits: SHA-256 of the bytes being run */
	char *run;               /* the run's id within the incident */
	char *gate;              /* the gate's id */
	char *step;              /* "4.5 activate", or the title of the section that the gate covers */
	char *role;
	char *signer;            /* principal in the roster */
	StatementDecision decision;
	char *reason;            /* NULL or "" = none; a no or an escalate needs one */
	char *digest;            /* 64 hex digits: of what will be done */
	StrList changes;         /* the same in words, a line each */
	int64_t record;          /* checkpoint: seq of the last record that the signer saw */
	char *head;              /* its hash: 64 hex digits */
	WallTime time, expires;
} Statement;

/* Appends the text. Values are made one clean line each (text_sanitise), an empty one becomes "-". */
void statement_render(const Statement *statement, Buf *out);
/* Strict: exactly the lines that render writes. For every text that parses, render gives the same bytes again. */
BG_CHECK bool statement_parse(Str text, Statement *ret_statement, Error *err);
const char *statement_decision_name(StatementDecision decision);     /* "yes" "no" "escalate" "withdraw" "alone" "countersign" */
bool statement_decision_parse(const char *name, StatementDecision *ret_decision);
void statement_clear(Statement *statement);
BG_DEFINE_CLEARP(Statement, statement_clear)
