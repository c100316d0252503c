/* faults.h: a test's hand on engine, workers and prober: who is killed where, what fails when. See faults_shim.c for the other end.
 * One at a time in a test program: while it is there, every process that the test starts is preloaded with the shim. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "tests/support/faults_state.h"

typedef struct Faults Faults;
/* Makes the shared file and sets the environment; false when the shim cannot be used here (a static build). */
Faults *faults_begin(void);
/* Takes all of it back; NULL ok; NULL. The processes that the test started must be gone. */
Faults *faults_end(Faults *faults);

FaultsState *faults_state(Faults *faults);

/* ---- killing at points ---- */

/* The points passed from now on are counted from nothing: a new walk. */
void faults_count_anew(Faults *faults);
/* What was counted is what a whole run passes: only those points are tried from now on. */
void faults_learn(Faults *faults);
/* The next point at which `victim` has not been killed yet holds its process; the victim is killed there, and gone before anything goes on. */
void faults_arm(Faults *faults, FaultRole victim);
/* Nobody is killed any more. */
void faults_disarm(Faults *faults);
/* The point of the last kill since faults_arm(): "worker line before ... #2"; NULL = none was reached yet. `ret_alive`: the victim lived. */
const char *faults_fired(Faults *faults, bool *ret_alive);
/* Tried and known (point, passage) pairs of `kind` for `victim`; pairs where no such process lived are counted in *ret_absent. */
size_t faults_known(Faults *faults, FaultKind kind);
size_t faults_tried(Faults *faults, FaultKind kind, FaultRole victim, size_t *ret_absent);
const char *faults_kind_name(FaultKind kind);
const char *faults_role_name(FaultRole role);

/* ---- letting calls fail ---- */

/* Calls from the (from+1)th on, `times` of them, at FAULT_JOURNAL_BEFORE, FAULT_LINE_BEFORE or FAULT_HTTP_ANSWERED, whose label holds `label` (""
 * = all). */
void faults_let_fail(Faults *faults, FaultAct act, FaultKind at, const char *label, uint32_t from, uint32_t times);
/* How often that has happened. */
uint32_t faults_done(const Faults *faults);
