/* failover_story.h: the drill of which golden screens are taken, told up to a point: the fixture playbook, walked at 23:00Z. */
#pragma once
#include "scripted_engine.h"
#include "tests/support/terminal.h"

/* No incident is declared, no playbook told. */
Script *story_quiet(void);
/* The same of a drill whose environment tells what has happened, and knows of no damage. */
Script *story_briefed(void);
/* Declared nine minutes ago, the fixture's procedure started, values set, nothing done. */
Script *story_begun(void);
/* The same where the environment lets one person go on alone. */
Script *story_begun_solo(void);
/* The last backup is confirmed and the pipeline paused. */
void story_paused(Script *script);
/* Product and engineering have signed the section, and the draft is made. */
void story_cloned(Script *script);
/* 4.2 has an open plan of three changes. */
void story_hosts_planned(Script *script);
/* 4.2 was started; its worker runs. */
void story_hosts_started(Script *script);
/* A command runs in the terminal of whoever started it. */
void story_lent(Script *script);
/* Everything up to the gate of 4.3, which is asked with its plan. */
void story_activate_asked(Script *script);
/* 4.3 is signed and done: the site is on its backup. */
void story_activated(Script *script);
void story_sign(Script *script, const char *gate, const char *role, const char *person, const char *decision, const char *reason);

/* The console on this story, with the keys already pressed: "3" shows the walk. Waits until `text` is on the screen. */
Terminal *story_console(Script *script, TempFolder *folder, const char *keys, const char *text);
/* On another kind of terminal: type and speed of `kind`; the first of its environment is added. */
Terminal *story_console_on(Script *script, TempFolder *folder, const TerminalOptions *kind, const char *keys, const char *text);
/* The same as a line for a shell; the script listens from now on. Owned. */
char *story_command(Script *script, TempFolder *folder);
/* The picture NAME at 80x24, 120x40 and 40x15. */
void story_pictures(Terminal *terminal, const char *name);
