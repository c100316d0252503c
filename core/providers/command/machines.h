/* machines.h: which machines a command runs on, and what came of it on each: names from host=ssh:a,b, the four ends, the box score in words and as
 * facts. Plain values: who reaches them is remote.h. */
#pragma once
#include "core/providers/provider.h"

#define MACHINES_MAX 1000            /* of one command; the record of what came of it has to fit into one line of the journal */
#define MACHINES_WHY_MAX 160         /* columns of why it is as it is, of each */

/* Where the text went is known; whether it was done there may not be. NOT_STARTED: it was surely not sent. */
typedef enum MachineEnd { MACHINE_OPEN, MACHINE_DONE, MACHINE_FAILED, MACHINE_IN_DOUBT, MACHINE_NOT_STARTED, MACHINE_END_COUNT } MachineEnd;
const char *machine_end_name(MachineEnd end);           /* "done", "failed", "in-doubt", "not-started" */
const char *machine_end_words(MachineEnd end);          /* "in doubt" */

typedef struct Machine {
	const EnvironmentNode *node;     /* borrowed from the environment */
	MachineEnd end;
	int exit_code;                   /* -1: it did not exit */
	char *why;                       /* for all but DONE: "exit 3", "connection refused" */
	Buf out, err;                    /* as bytes; `overflowed` when there was more */
	size_t output;                   /* number of the group that said the same, from 1; 0 = not folded yet */
} Machine;

typedef struct Machines {
	Machine *items;
	size_t count;
	StrList left_out;                /* done there before: except= */
} Machines;
void machines_clear(Machines *machines);
BG_DEFINE_CLEARP(Machines, machines_clear)

/* Does the command go to other machines? */
bool machines_are_wanted(const char *host);
/* Those that `host` ("ssh:a,b") names, without those of `except` ("a,c"), in the order in which they stand. Every name must be a node of the environment,
 * once. */
BG_CHECK bool machines_choose(const Environment *environment, const char *host, const char *except, Machines *ret, Error *err);

/* "5 nodes: 2 done, 1 failed, 1 in doubt, 1 not started"; a part that is none is left out. Appends. */
/* "on n2 (root@[400::2]:2222) through jump": how a plan and a sign-off name it. Owned. */
char *machine_words(const Environment *environment, const EnvironmentNode *node);
void machines_score(const Machines *machines, Buf *out);
size_t machines_count(const Machines *machines, MachineEnd end);
/* "node3 (exit 3), node4 (connection refused)" of one end, at most a few. Appends. */
void machines_name(const Machines *machines, MachineEnd end, Buf *out);
/* {name, end, exit, why, output}; owned. */
Json *machine_fact(const Machine *machine);
/* Those of all; owned. */
Json *machines_facts(const Machines *machines);
