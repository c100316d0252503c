#include "core/commands/command.h"
#include "core/commands/rows.h"
#define S(n) int n(Command *c) { (void) c; return 9; }
S(run_try) S(run_sandbox) S(run_check) S(run_show) S(run_print) S(run_incidents) S(run_timeline) S(run_ledger) S(run_sitrep) S(run_verify) S(run_report)
