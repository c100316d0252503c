/* folding.h: what many machines said, told once where they said the same: "node1, node3 (2 of 3): done", and the text below it. */
#pragma once
#include "core/providers/command/machines.h"

/* Numbers the groups of equal ends and outputs in machine->output, in the order of their first machine, and hands on each as the output of the call. */
void folding_tell(const Call *call, Machines *machines);
