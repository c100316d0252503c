/* nodes_trust.h: the question whether a host key that changed, or is new, is that of the machine. */
#pragma once
#include "core/health/nodes.h"
#include "tui/view/view.h"

/* `row` NULL: none is selected. */
void nodes_trust(ViewContext *context, const NodeRow *row);
