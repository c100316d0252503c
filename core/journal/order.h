/* order.h: which incident is the newest. Their folders are named by the second in which they were declared and by their title: of two of the same second
 * the names do not tell. Their first records do. */
#pragma once
#include "core/base/str.h"
#include "core/journal/journal.h"

/* The first record of the journal in `folder`, without a look at the rest. */
BG_CHECK bool journal_first(const char *folder, Record *ret_record, Error *err);
/* Orders the folders `names` below `incidents` by when they were declared, oldest first. One that cannot be read stands where its name says. */
void journal_order(const char *incidents, StrList *names);
