/* nodes.c: see nodes.h. Time grows with the number of machines and its logarithm; of each there is one small row. */
#include "core/health/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"

#define NODE_PROBE "node.machine"

static const char *const SORT_NAMES[] = {
#define NODES_SORT_NAME(id, word) [NODES_BY_##id] = (word),
	NODES_SORTS(NODES_SORT_NAME)
#undef NODES_SORT_NAME
};

const char *nodes_sort_name(NodesSort sort) { return SORT_NAMES[sort]; }

bool nodes_sort_parse(const char *name, NodesSort *ret) {
	for (size_t i = 0; i < NODES_SORT_COUNT; i++) {
		if (!text_eq(name, SORT_NAMES[i]))
			continue;
		*ret = (NodesSort) i;
		return true;
	}
	return false;
}

bool nodes_is_one(const Reading *reading) { return text_eq(reading->probe, NODE_PROBE); }

/* ---- what is known of one ---- */

/* Of the last look that told it: what a machine is stays known while it cannot be reached. */
static const Json *fact(const Reading *reading, const char *key) {
	const Json *found = json_get(reading->facts, key);
	return found ? found : json_get(reading->last_facts, key);
}

static const char *fact_text(const NodeRow *row, const char *key) {
	const char *text = json_string(fact(row->reading, key));
	return text ? text : "";
}

const char *node_row_address(const NodeRow *row) { return fact_text(row, "address"); }
const char *node_row_role(const NodeRow *row) { return fact_text(row, "role"); }

/* How the overlay stands is why, or it stands beside what was seen. */
static void write_unreached(const Reading *reading, const char *outcome, Buf *out) {
	const char *overlay = json_get_string_or(reading->facts, "overlay", "");
	bool beside = text_eq(overlay, "route there") || text_eq(overlay, "no route");
	if (!*overlay || beside)
		buf_puts(out, outcome);
	if (*overlay && !text_eq(overlay, outcome))
		buf_printf(out, "%s%s", beside ? ", " : "", overlay);
	if (text_eq(json_get_string(reading->facts, "lan"), "answered"))
		buf_puts(out, "; its LAN address answers");
}

static void write_words(const NodeRow *row, Buf *out) {
	const Reading *reading = row->reading;
	const char *outcome = json_get_string_or(reading->facts, "outcome", "");
	bool well = row->state == READING_OK || !reading->reason;
	if (*outcome && !text_eq(outcome, "answered"))
		write_unreached(reading, outcome, out);
	else
		buf_puts(out, !well ? reading->reason : reading->text ? reading->text : "not looked at yet");
}

void node_row_words(const NodeRow *row, WallTime now, Buf *out) {
	char span[SPAN_TEXT_SIZE];
	write_words(row, out);
	if (row->state == READING_UNKNOWN && wall_known(row->reading->last_time))
		buf_printf(out, "; was %s %s ago", reading_state_name(row->reading->last_state), span_format_short(now.ms - row->reading->last_time.ms, span));
}

void node_row_text(const NodeRow *row, Buf *out) {
	const Reading *reading = row->reading;
	buf_printf(out, "%s %s role:%s state:%s ", reading->name, node_row_address(row), node_row_role(row), reading_state_name(row->state));
	write_words(row, out);
	buf_printf(out, " %s %s", reading->text ? reading->text : "", reading->reason ? reading->reason : "");
}

/* ---- sorting ---- */

/* Larger comes first. What is not known comes last. */
static int64_t key_of(const Reading *reading, ReadingState state, NodesSort sort) {
	static const char *const FACTS[NODES_SORT_COUNT] = {[NODES_BY_LOAD] = "load", [NODES_BY_MEMORY] = "memory", [NODES_BY_DISK] = "disk",
		[NODES_BY_CLOCK] = "clock"};
	int64_t number = 0;
	switch (sort) {
	case NODES_BY_STATE:
		return health_rank(state);
	case NODES_BY_AGE:
		return wall_known(reading->taken) ? INT64_MAX - reading->taken.ms : INT64_MIN;
	case NODES_BY_LOAD: case NODES_BY_MEMORY: case NODES_BY_DISK: case NODES_BY_CLOCK:
		if (!json_int(fact(reading, FACTS[sort]), &number))
			return INT64_MIN;
		return sort == NODES_BY_CLOCK && number < 0 ? -number : number;
	case NODES_BY_NAME: case NODES_BY_ROLE: case NODES_BY_ADDRESS: case NODES_SORT_COUNT:
		break;
	}
	return 0;
}

static int compare(const void *first, const void *second, void *userdata) {
	const NodeRow *a = first, *b = second;
	const NodesSort *sort = userdata;
	int order = a->key == b->key ? 0 : a->key > b->key ? -1 : 1;
	if (!order && *sort == NODES_BY_ROLE)
		order = strcmp(node_row_role(a), node_row_role(b));
	if (!order && *sort == NODES_BY_ADDRESS)
		order = strverscmp(node_row_address(a), node_row_address(b));
	return order ? order : strverscmp(a->name, b->name);
}

static NodeRow *add_row(Nodes *nodes) {
	if (nodes->count == nodes->capacity) {
		nodes->capacity = nodes->capacity ? nodes->capacity * 2 : 64;
		nodes->rows = bg_reallocarray(nodes->rows, nodes->capacity, sizeof(*nodes->rows));
	}
	return &nodes->rows[nodes->count++];
}

void nodes_collect(const Reading *readings, size_t count, WallTime now, NodesSort sort, const char *filter, Nodes *nodes) {
	AUTO_CLEAR(Buf) text = {0};
	nodes->count = nodes->total = 0;
	memset(nodes->states, 0, sizeof(nodes->states));
	for (size_t i = 0; i < count; i++) {
		if (!nodes_is_one(&readings[i]))
			continue;
		ReadingState state = health_judge(&readings[i], now);
		NodeRow row = {.reading = &readings[i], .name = readings[i].name, .state = state, .key = key_of(&readings[i], state, sort)};
		nodes->total++;
		nodes->states[state]++;
		buf_truncate(&text, 0);
		if (filter && *filter)
			node_row_text(&row, &text);
		if (text_passes(buf_str(&text), filter))
			*add_row(nodes) = row;
	}
	if (nodes->count)
		qsort_r(nodes->rows, nodes->count, sizeof(*nodes->rows), compare, &sort);
}

void nodes_clear(Nodes *nodes) {
	free(nodes->rows);
	*nodes = (Nodes){0};
}

void nodes_summary(const Nodes *nodes, Buf *out) {
	static const ReadingState ORDER[] = {READING_FAIL, READING_UNKNOWN, READING_STALE, READING_WARN, READING_OK};
	buf_printf(out, "%zu node%s", nodes->total, nodes->total == 1 ? "" : "s");
	for (size_t i = 0; i < BG_LENGTH(ORDER); i++)
		if (nodes->states[ORDER[i]])
			buf_printf(out, "   %zu %s", nodes->states[ORDER[i]], reading_state_name(ORDER[i]));
}
