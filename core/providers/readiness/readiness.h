/* readiness.h: whether what the playbooks of an environment need is there now: systems, credentials, tools, files, values, people, reviews and
 * drills. One table of questions, asked by the board (probe `readiness`) and by `breakglass check --environment`. Nothing is changed anywhere. */
#pragma once
#include "core/playbook/model.h"
#include "core/providers/provider.h"

#define READINESS_FINDINGS_MAX 2000   /* of one question; what is beyond is counted, not kept */

typedef struct ReadinessFinding {
	ReadingState state;      /* ok: there it is, told by `check --environment` */
	bool untold;             /* nobody can tell before it is used: neither ok nor missing; `state` is ok, and does not count */
	char *what;              /* "aws is not on PATH" */
	char *where;             /* "verification.md:33"; "" if nowhere */
	char *hint;              /* what to do; "" for ok */
} ReadinessFinding;

/* What the questions look at, and what they found. Borrowed but for `playbooks` and `found`. */
typedef struct Readiness {
	const Call *call;
	const Environment *environment;
	WallTime now;
	const char *incidents;   /* folder of the incidents that were; NULL = not known here */
	bool may_start;          /* programs may be started: a tool is asked for its version */
	Playbook **playbooks;
	size_t playbook_count;
	StrList unread;          /* playbooks that could not be read, and why */
	ReadinessFinding *found; /* by the question that is asked */
	size_t count, capacity, beyond;
} Readiness;

typedef struct ReadinessQuestion {
	const char *name;        /* "tools" */
	const char *title;       /* what is well when nothing is found: "every tool is on PATH" */
	void (*ask)(Readiness *readiness);
} ReadinessQuestion;

extern const ReadinessQuestion READINESS[];
extern const size_t READINESS_COUNT;
extern const Provider READINESS_PROVIDER;

/* Reads the playbooks that the environment names. */
void readiness_load(Readiness *readiness);
void readiness_clear(Readiness *readiness);
BG_DEFINE_CLEARP(Readiness, readiness_clear)
/* Forgets what was found, asks, and returns the worst state of what is found: ok when nothing is. */
bool readiness_is_worse(ReadingState a, ReadingState b);      /* fail, warn, unknown, ok */
ReadingState readiness_ask(Readiness *readiness, const ReadinessQuestion *question);
const ReadinessQuestion *readiness_find(const char *name);   /* NULL if there is none */

/* For the questions. `hint` NULL: there is nothing to do. */
void readiness_found(Readiness *readiness, ReadingState state, const char *where, const char *hint, const char *what, ...) BG_PRINTF(5, 6);
/* The same of what nobody can tell: it is said, and makes nothing worse. */
void readiness_untold(Readiness *readiness, const char *where, const char *hint, const char *what, ...) BG_PRINTF(4, 5);
char *readiness_place(const Playbook *playbook, unsigned line);   /* "failover.md:33"; owned */

void readiness_systems(Readiness *readiness);
void readiness_credentials(Readiness *readiness);
void readiness_permissions(Readiness *readiness);
void readiness_expiry(Readiness *readiness);
void readiness_tools(Readiness *readiness);
void readiness_files(Readiness *readiness);
void readiness_values(Readiness *readiness);
void readiness_people(Readiness *readiness);
void readiness_reviews(Readiness *readiness);
void readiness_drills(Readiness *readiness);
