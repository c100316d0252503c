/* pretend_run.h: a pretended program, run against a state without a sandbox around it. */
#pragma once
#include "core/sandbox/sim_program.h"
#include "tests/support/support.h"

typedef struct Pretend { SimCluster *cluster; TempFolder folder; char *said; int status; bool changed; } Pretend;
/* A whole cluster of four, and a machine node2-new that stands ready; the checkout lies in the folder. */
void pretend_begin(Pretend *pretend);
void pretend_clear(Pretend *pretend);
BG_DEFINE_CLEARP(Pretend, pretend_clear)
/* "kubectl get nodes" on `machine` ("" = here); `input` NULL = none. Words are parted by blanks. What it says is in pretend->said. */
int pretend_run(Pretend *pretend, const char *machine, const char *line, const char *input);
/* It must end with `expected` and say `part`. */
#define expect_run(pretend, machine, line, expected, part) do { \
		int status_ = pretend_run((pretend), (machine), (line), NULL); \
		cr_expect(status_ == (expected) && strstr((pretend)->said, (part)), "%s: status %d, said \"%s\", expected \"%s\"", (line), status_, (pretend)->said, (part)); \
	} while (0)
