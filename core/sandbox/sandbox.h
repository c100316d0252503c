/* sandbox.h: the simulated systems together, on free ports of 127.0.0.1: a Concourse, a Fastly, an S3 that checks signatures, and an OCW site that
 * is served from the bucket to which the active Fastly version points. They share one state, so that a failover really heals the site
 * and a wrong one does not. Everything stands in one folder, with all that a console needs to work on it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

typedef struct Sandbox Sandbox;

typedef struct SandboxOptions {
	const char *scenario;        /* NULL = the first of the table */
	const char *folder;          /* made if absent; NULL: a new one below $TMPDIR, removed at the end */
	const char *playbooks;       /* folder of playbooks for the environment file */
	const char *self;            /* path of breakglass, which the machines of some scenarios run */
	const StrList *faults;       /* as sandbox_fault() takes them; NULL = none */
	int64_t backup_every_ms;     /* 0 = as the scenario says (daily, the next run soon) */
	int64_t build_ms;            /* how long a build takes; 0 = 20 s */
	bool keep;                   /* the folder stays, also a temporary one */
} SandboxOptions;

/* Starts everything and writes the folder: environment.yaml, allowed_signers, signers/, secrets/. Takes well under a second. */
BG_CHECK bool sandbox_start(const SandboxOptions *options, Sandbox **ret_sandbox, Error *err);
Sandbox *sandbox_stop(Sandbox *sandbox);         /* ends the servers, removes what it made; NULL ok; returns NULL */
BG_DEFINE_FREEP(Sandbox, sandbox_stop)

const char *sandbox_folder(const Sandbox *sandbox);
char *sandbox_environment(const Sandbox *sandbox);      /* FOLDER/environment.yaml; owned */
const char *sandbox_story(const Sandbox *sandbox);      /* what has happened, in a few lines */
/* "concourse http://127.0.0.1:40001", one a line: for people. Owned. */
char *sandbox_addresses(const Sandbox *sandbox);
const char *sandbox_url(const Sandbox *sandbox, const char *system);   /* "concourse" "fastly" "s3" "site"; NULL = none such */

/* NAME[=ARGUMENT][@SYSTEM]: "latency=500ms@fastly", "status=503", "token-expired@concourse", "truncate", "garbage", "rate-limit", "hang",
 * "reset", "build-hang", "build-fail"; "none" takes them away. Without @SYSTEM it is for all. */
BG_CHECK bool sandbox_fault(Sandbox *sandbox, const char *text, Error *err);
/* Is it a line that sandbox_command() takes? Looks at its first word only. */
BG_CHECK bool sandbox_knows(const char *line, Error *err);
const char *sandbox_command_help(void);                     /* a line for each command */
/* A line as a person would say it: "fault FAULT", "backup-now", "publish-repair". */
BG_CHECK bool sandbox_command(Sandbox *sandbox, const char *line, Error *err);
/* Does the commands that were written into FOLDER/control, a FIFO of lines, since the last time, and appends a line to `ret_said` for
 * each: what was done, or why not. Returns at once. By the thread that owns the sandbox. */
void sandbox_obey_control(Sandbox *sandbox, Buf *ret_said);
/* The backup job's whole work at once. */
void sandbox_run_backup_now(Sandbox *sandbox);
/* Damaged courses as the site's visitors see them now; of SIM_COURSE_COUNT. */
size_t sandbox_damaged_courses(Sandbox *sandbox);
/* Everything that was asked of the systems and that was not only looking, in order: "fastly PUT /service/X/version/2/activate 200".
 * Appended. What was really done is known here, whatever became of whoever asked. */
void sandbox_changes(Sandbox *sandbox, StrList *ret_changes);

typedef struct SandboxScenario { const char *name, *summary; } SandboxScenario;
const SandboxScenario *sandbox_scenario_at(size_t index);   /* NULL past the last */
const char *sandbox_drill_name(const char *scenario);       /* of its environment; NULL = the first scenario */
const char *sandbox_scenario_story(const char *scenario);   /* what has happened, and what to do first; "" when there is none such */
/* A role of the program that the sandbox starts: `__login`, `__pretend`. Its exit status. */
int sandbox_role(int argc, char **argv, bool *ret_known);
const char *sandbox_fault_help(void);                       /* a line for each fault */
