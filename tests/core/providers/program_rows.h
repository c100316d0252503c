/* program_rows.h: one row for every probe that asks a program: an answer with which it is green. The program is a script of the test that is put in its
 * place and is at fault. What the server behind the real program does wrong is tried by that provider's own tests. */
#pragma once
#include "matrix.h"

typedef struct ProgramRow {
	const char *probe, *program;    /* the name of the file that PATH finds */
	const char *environment;        /* YAML below `name:` and `kind:` */
	const char *args[8];            /* name, value, ..., NULL */
	const char *good;               /* what the program prints */
	const char *place;              /* what the answer names; "" = its row on the board does, and nobody asks for it otherwise */
	ReadingState silent;            /* exit 0 and no word */
	bool lines;                     /* it prints lines, each of which counts by itself: what spoils one is tried by the tables of its own tests */
} ProgramRow;
extern const ProgramRow PROGRAM_ROWS[];
extern const size_t PROGRAM_ROW_COUNT;
