/* nodes.h: the machines among the readings as one list that is sorted and filtered: what the Nodes screen and `breakglass nodes` show. Pure. */
#pragma once
#include "core/base/buf.h"
#include "core/health/health.h"

/* What a list can be sorted by: NODES_SORT(id, word). State is the worst first, figures the largest first, the others as words and numbers in them. */
#define NODES_SORTS(SORT) \
	SORT(STATE, "state") SORT(NAME, "name") SORT(ROLE, "role") SORT(ADDRESS, "address") \
	SORT(LOAD, "load") SORT(MEMORY, "memory") SORT(DISK, "disk") SORT(CLOCK, "clock") SORT(AGE, "age")
typedef enum NodesSort {
#define NODES_SORT_ID(id, word) NODES_BY_##id,
	NODES_SORTS(NODES_SORT_ID)
#undef NODES_SORT_ID
	NODES_SORT_COUNT
} NodesSort;
const char *nodes_sort_name(NodesSort sort);
bool nodes_sort_parse(const char *name, NodesSort *ret);

/* Borrows its reading. */
typedef struct NodeRow { const Reading *reading; const char *name; int64_t key; ReadingState state; } NodeRow;

/* Zero-initialise; collecting again reuses its room. */
typedef struct Nodes {
	NodeRow *rows;
	size_t count, capacity;
	size_t states[READING_STALE + 1];    /* how many of each, whether a filter shows them or not */
	size_t total;
} Nodes;

bool nodes_is_one(const Reading *reading);
/* The machines among the readings that pass the filter (text_passes(); NULL or "" = all), sorted. */
void nodes_collect(const Reading *readings, size_t count, WallTime now, NodesSort sort, const char *filter, Nodes *nodes);
void nodes_clear(Nodes *nodes);
BG_DEFINE_CLEARP(Nodes, nodes_clear)

const char *node_row_address(const NodeRow *row);    /* "" while it was never looked at */
const char *node_row_role(const NodeRow *row);       /* "" if none was said */
/* How it is, short enough for a row: "no route, peer dead", "disk / 91 % full", "load 0.4, memory 41 %", and what one that
 * cannot be seen was when it last could. Appends. */
void node_row_words(const NodeRow *row, WallTime now, Buf *out);
/* What a filter is looked for in: name, address, role:worker, state:fail, and all that is told of it. Appends. */
void node_row_text(const NodeRow *row, Buf *out);
/* "142 nodes   138 ok   1 warn   2 fail   1 unknown": those that are none are left out. Appends. */
void nodes_summary(const Nodes *nodes, Buf *out);
