/* forger.h: a record in the hands of somebody who may change every file of it, and knows how the chain is made. */
#pragma once
#include "core/base/json.h"
#include "core/base/str.h"

/* The lines of FOLDER/journal.jsonl, and back. */
void forger_read(const char *folder, StrList *ret_lines);
void forger_write(const char *folder, const StrList *lines);
/* Gives every line from `from` on the number of its place, and the hash of the line before: a chain that holds. */
void forger_rechain(StrList *lines, size_t from);
void forger_insert(StrList *lines, size_t at, const char *line);
void forger_replace(StrList *lines, size_t at, char *line_take);
void forger_swap(StrList *lines, size_t at);
void forger_cut(StrList *lines, size_t count);
/* `from` becomes `to` in the line, once; false when it is not there. */
bool forger_edit(StrList *lines, size_t at, const char *from, const char *to);
/* The record's data, and the line again with other data. Owned. */
Json *forger_data(const StrList *lines, size_t at);
void forger_set_data(StrList *lines, size_t at, const Json *data);
/* Index of the n-th record (from 0) of a type; it must be there. */
size_t forger_find(const StrList *lines, const char *type, size_t nth);
/* A checkpoint note of record `count` as it is in `lines`. Owned. */
char *forger_checkpoint(const StrList *lines, size_t count, const char *incident);
