/* nodes_command.h: the Nodes screen's commands on machines: sending one to the marked ones, its box score, sending it again where it is not done. What came of
 * it stands in the record, so every console shows the same. */
#pragma once
#include "tui/view/view.h"
#include "tui/widget/canvas.h"

/* Asks what to send to these; it is planned first, on the Walk. */
void nodes_command_ask(ViewContext *context, const StrList *names);
/* Plans the newest one again, which leaves out where it is done. */
void nodes_command_retry(ViewContext *context);
/* Why that cannot be now; NULL: it can. */
const char *nodes_command_no_send(const ViewContext *context);
const char *nodes_command_no_retry(const ViewContext *context);

/* The newest command on machines of the open incident; NULL = none. */
const IncidentAction *nodes_command_last(const ViewContext *context);
/* What came of it on one; NULL = it was not sent there. */
const ActionNode *nodes_command_end(const IncidentAction *action, const char *name);
/* "failed: exit 3". Appends. */
void nodes_command_words(const ActionNode *node, Buf *out);
Role nodes_command_role(NodeEnd end);
/* "5 nodes: 2 done, 1 failed   uptime". Appends. */
void nodes_command_score(const IncidentAction *action, Buf *out);
