/* errand.h: a command on machines that no playbook holds: the engine itself writes the playbook that does, from the machines' names and the command, and
 * starts it as a run of the incident, beside the procedure that is walked. So plan, sign-off, doubt and record are those of every step. */
#pragma once
#include "core/engine/services.h"

#define ERRAND_COMMAND_MAX (8u * 1024)   /* bytes */
#define ERRAND_FILE "nodes-command.md"   /* how the record calls its playbook */
#define ERRAND_PROCEDURE "nodes-command"

/* The document, byte for byte: one procedure with one step. Names must be nodes of the environment; the command one line of visible text that is a
 * whole command. Pure. */
BG_CHECK bool errand_write(const Environment *environment, const StrList *nodes, const char *command, int64_t timeout_ms, Buf *out, Error *err);
/* Whether a command surely reads and does nothing else: plain words without anything that a shell acts on, of tools that are known to read however they
 * are called. What a reader of playbooks guesses is no ground to send something to every machine unasked. Pure. */
bool errand_reads(const char *command);
/* ASK_COMMAND. */
BG_CHECK bool errand_start(Ask *ask, Error *err);
/* Its only command was done, or a person says so: the run is over. Others stay as they are. */
void errand_settle(Engine *engine, const Run *run);
