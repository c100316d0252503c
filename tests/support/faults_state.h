/* faults_state.h: what the shim (faults_shim.c, in every process of breakglass) and a test (faults.c) share: one file that all of them map.
 * Only plain numbers and texts: it is read and written by several processes at once, one of which may be killed at any time. */
#pragma once
#include <stdint.h>

#define FAULTS_FILE "BREAKGLASS_TEST_FAULTS"    /* environment: path of the shared file */
#define FAULTS_POINTS_MAX 4096
#define FAULTS_LABEL_SIZE 112
#define FAULTS_PASSAGES_MAX 32                   /* of one point in one walk that are told apart */

typedef enum FaultRole { FAULT_ENGINE, FAULT_WORKER, FAULT_PROBER, FAULT_ROLE_COUNT } FaultRole;

/* A place that processes pass: "worker line before apply fastly.clone begin". */
typedef struct FaultPoint {
	char label[FAULTS_LABEL_SIZE];
	uint32_t kind;                       /* FaultKind */
	uint32_t passed;                     /* how often, since the counting began anew */
	uint32_t known;                      /* how often in a whole run without any fault */
	uint32_t tried[FAULT_ROLE_COUNT];    /* bit n: at passage n that role was killed */
} FaultPoint;

typedef enum FaultKind {
	FAULT_JOURNAL_BEFORE, FAULT_JOURNAL_WRITTEN, FAULT_JOURNAL_SYNCED,
	FAULT_LINE_BEFORE, FAULT_LINE_AFTER,
	FAULT_HTTP_BEFORE, FAULT_HTTP_SENT, FAULT_HTTP_ANSWERED, FAULT_HTTP_TAKEN,
	FAULT_KIND_COUNT
} FaultKind;

/* What goes wrong instead of what was asked of the system. */
typedef enum FaultAct {
	FAULT_NONE,
	FAULT_ENOSPC,            /* nothing is written: no space */
	FAULT_EIO,               /* nothing is written: the disk has an error */
	FAULT_SHORT,             /* half is written, and that is said */
	FAULT_TORN_ENOSPC,       /* half is written, then there is no space */
	FAULT_SYNC_EIO,          /* written, but the disk does not confirm it */
	FAULT_SYNC_EIO_STUCK,    /* and it cannot be taken back either */
	FAULT_TORN_KILL,         /* half is written, then the process is gone */
	FAULT_RESET,             /* the connection is reset when the answer is to be read */
	FAULT_ACT_COUNT
} FaultAct;

typedef enum FaultArmed { FAULTS_OFF, FAULTS_ARMED, FAULTS_HELD } FaultArmed;

typedef struct FaultsState {
	int32_t owner;           /* pid of the test: once it is gone nobody holds still for it, nor waits for its lock */
	uint32_t lock;           /* of the points */
	/* FaultArmed; a process at its point holds still while HELD, until the test has killed whom it wants: futex */
	uint32_t armed;
	uint32_t victim;         /* FaultRole */
	uint32_t stride[FAULT_KIND_COUNT];   /* only every so many points are taken; 0 and 1: all */
	uint32_t seed;           /* another one, other points */
	uint32_t held_point, held_passage;
	int32_t pids[FAULT_ROLE_COUNT];
	/* A fault: at passages from..from+times-1 of FAULT_JOURNAL_BEFORE, FAULT_LINE_BEFORE or FAULT_HTTP_ANSWERED, see `fault_at`. */
	uint32_t act, act_at, act_from, act_times, act_passed, act_done;
	char act_label[FAULTS_LABEL_SIZE];   /* only where the label holds this text; "" = everywhere */
	int64_t clock_shift_ms;  /* added to the wall clock of engine, worker and prober */
	uint32_t forks_to_fail, forks_failed;
	uint32_t fork_role;      /* FaultRole whose forks fail */
	uint32_t engine_turns;   /* of the engine's loop: one that runs without a pause is busy */
	uint32_t changes_sent;   /* requests other than GET that have left a worker whole */
	uint32_t point_count;
	FaultPoint points[FAULTS_POINTS_MAX];
} FaultsState;
