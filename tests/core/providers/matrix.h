/* matrix.h: one row for every probe (and for every way in which it looks): a world in which it is green, and how to look at it through a
 * server that is at fault. */
#pragma once
#include "bad_server.h"
#include "core/providers/provider.h"
#include "tests/support/support.h"

#define MATRIX_SECRET "hush-7Wq9-Zk3-secret"    /* every credential in these tests; never to be seen in a reading */
#define MATRIX_SLOW_MS 150                      /* deadline where nothing is expected before it */
#define MATRIX_LONG_MS 20000                    /* deadline that only a failing test reaches */

typedef enum MatrixWorld {
	WORLD_GOOD,      /* the probe is green */
	WORLD_EMPTY,     /* nothing is there: an empty bucket, no runs, no backends, no page */
	WORLD_HOLLOW,    /* the newest thing has no content */
	WORLD_FUTURE,    /* the newest thing is from tomorrow */
	WORLDS,
} MatrixWorld;

typedef enum MatrixBody { BODY_JSON, BODY_XML, BODY_HTML, BODY_NONE } MatrixBody;

typedef struct MatrixRow {
	const char *probe, *variant;
	const char *provider;           /* of its system; NULL: it needs none, and looks at this machine */
	const char *url_key;            /* the setting with the server's address */
	const char *more;               /* further settings; SECRET stands for the source of the credential */
	const char *args[12];           /* name, value, ..., NULL */
	void (*honest)(const BadRequest *request, MatrixWorld world, BadAnswer *answer);
	MatrixBody body;
	const char *place;              /* names what was looked at, when the address does not */
	ReadingState worlds[WORLDS];    /* what each world is; UNKNOWN: there is none such, and `why_not` says why */
	const char *why_not;
	/* The server is itself what is looked at: its refusal is bad news, not the lack of news. */
	bool is_subject;
	bool by_clock;                  /* it tells ages: a clock that is minutes off makes them doubtful */
	bool keeps;                     /* with a record to keep */
	bool sampled;                   /* every third change of shape only, but for MATRIX_WHOLE in the environment */
	bool announces;                 /* with a record to post */
	void (*prepare)(TempFolder *folder, MatrixWorld world);   /* of a probe that looks at this machine: FOLDER as it is in that world */
	const char *secret;             /* its credential, with MATRIX_SECRET in it; NULL = that alone */
	size_t part_from;               /* what is wrong from this request on leaves a part that is seen: WARN; 0 = there is none such */
} MatrixRow;
extern const MatrixRow MATRIX[];
extern const size_t MATRIX_COUNT;

/* One look. Zero-initialise and fill in. */
typedef struct MatrixLook {
	const MatrixRow *row;
	MatrixWorld world;              /* from request `plan.from` on; before that all is well */
	BadPlan plan;                   /* honest is the row's */
	int64_t deadline_ms;            /* 0 = MATRIX_LONG_MS */
	const char *secret;             /* YAML of the credential's source; NULL = the environment variable MATRIX_SECRET */
	bool any_address;               /* the server is asked as 0.0.0.0 */
	/* Filled in: */
	size_t requests;
	char *heads;                    /* of all requests; owned */
	char address[64];               /* of the server: "127.0.0.1:4711" */
} MatrixLook;
void matrix_look(MatrixLook *look, Reading *ret);
void matrix_look_clear(MatrixLook *look);
BG_DEFINE_CLEARP(MatrixLook, matrix_look_clear)

/* What every reading that is not green keeps to: one line each, nothing that a terminal obeys, the beginning of the text says `says`
 * (NULL = anything), the reason says where and what to do next, no secret anywhere, and what was known before stays known. `cell` names
 * it in failures. */
void matrix_check(const char *cell, const MatrixLook *look, ReadingState expected, const char *says, const Reading *good, const Reading *bad);
/* A green look of this row; the test fails when it is not. */
void matrix_good(const MatrixRow *row, bool tls, Reading *ret, size_t *ret_requests);
/* Several worlds are counted: printed at the end of each test. */
void matrix_count(const char *probe, const char *fault);
void matrix_print_counts(const char *title);
