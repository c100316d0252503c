/* school.h: the sandbox's cluster of Open edX with an engine on it, walked by lines of breakglass: real sshd, real ssh, real jq, the real engine,
 * signatures and providers; kubectl, the scripts, the name servers and CouchDB are played. */
#pragma once
#include "core/base/alloc.h"
#include "core/sandbox/sandbox.h"
#include "scene.h"

typedef struct School { Scene scene; Sandbox *sandbox; } School;
/* Skips the test where a program is not there. */
void school_begin(School *school, const char *scenario);
/* One without machines: nothing of it has to be there. */
void school_open(School *school, const char *scenario);
void school_clear(School *school);
BG_DEFINE_CLEARP(School, school_clear)
/* "fault node-lost", as somebody says it to the sandbox. */
void school_tell(School *school, const char *words);

/* One command of breakglass: its words, parted by blanks, "~" for a blank in a word; HOST, SET and KEY:NAME stand for what they are. */
typedef struct Line { const char *words, *part; int status; } Line;
void school_line(School *school, const Line *line);
void school_walk(School *school, const Line *lines, size_t count);
/* What breakglass writes of the zone is given to the registrar, as it is. */
void school_publish(School *school);

#define SIGN(gate, reason) {"sign " gate " --role engineering --key KEY:eng-practice --reason " reason, "", 0}, \
	{"sign " gate " --role product --person prod-practice --key KEY:prod-practice --reason " reason, "", 0}
#define LOOK_AT(step) {"plan " step, "", 0}, {"apply " step " --yes", "exit 0", 0}
#define DESTROY(step) {"plan " step, "", 0}, {"apply " step " --confirm HOST --sure", "exit 0", 0}
