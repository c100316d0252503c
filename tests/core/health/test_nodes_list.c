/* The machines among the readings as a list: sorted, filtered, counted. */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/health/nodes.h"
#include "tests/support/support.h"

#define NOW 1795230000000LL

static void add(Reading *reading, const char *name, const char *probe, ReadingState state, const char *text, const char *reason, const char *facts)
{
	AUTO_FREE char *json = bg_asprintf("{%s}", facts);
	for (char *c = json; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	*reading = (Reading) { .name = bg_strdup(name), .probe = bg_strdup(probe), .state = state, .text = bg_strdup_or_null(text), .reason = bg_strdup_or_null(reason),
		.taken = { state == READING_UNKNOWN && !text ? 0 : NOW - 1000 }, .budget_ms = 60000 };
	cr_assert(json_parse(str_from(json), &reading->facts, NULL), "%s", json);
}

#define READINGS 6
typedef struct Some { Reading readings[READINGS]; } Some;

static void some_clear(Some *some)
{
	for (size_t i = 0; i < READINGS; i++)
		reading_clear(&some->readings[i]);
}
BG_DEFINE_CLEARP(Some, some_clear)

static void fill(Some *some)
{
	add(&some->readings[0], "node10", "node.machine", READING_OK, "load 0.4, memory 41 %", NULL,
		"'address':'4a1:b2::10','role':'worker','outcome':'answered','load':10,'memory':41,'disk':20,'clock':100");
	add(&some->readings[1], "site", "http", READING_FAIL, "broken", "look", "");
	add(&some->readings[2], "node2", "node.machine", READING_WARN, "load 3.0, memory 20 %", "disk / is 91 % full",
		"'address':'4a1:b2::2','role':'master','outcome':'answered','load':300,'memory':20,'disk':91,'clock':-7000");
	add(&some->readings[3], "node3", "node.machine", READING_UNKNOWN, "no route to node3, its peer tcp://192.0.2.7:9651 is dead", "nothing answered",
		"'address':'4a1:b2::3','role':'worker','outcome':'no route','overlay':'no route, peer dead'");
	add(&some->readings[4], "node4", "node.machine", READING_FAIL, "connection refused", "is sshd running there",
		"'address':'4a1:b2::4','role':'backup','outcome':'refused','lan':'answered'");
	add(&some->readings[5], "node5", "node.machine", READING_UNKNOWN, NULL, NULL, "");
}

static const struct { const char *sort, *filter, *expected; } cases[] = {
	{ "state", "", "node4 node3 node5 node2 node10" },
	{ "name", "", "node2 node3 node4 node5 node10" },
	{ "role", "", "node5 node4 node2 node3 node10" },
	{ "address", "", "node5 node2 node3 node4 node10" },
	{ "load", "", "node2 node10 node3 node4 node5" },
	{ "memory", "", "node10 node2 node3 node4 node5" },
	{ "disk", "", "node2 node10 node3 node4 node5" },
	{ "clock", "", "node2 node10 node3 node4 node5" },
	{ "age", "", "node2 node3 node4 node10 node5" },
	{ "name", "role:worker", "node3 node10" },
	{ "name", "role:worker !state:ok", "node3" },
	{ "name", "!role:worker", "node2 node4 node5" },
	{ "name", "PEER dead", "node3" },
	{ "name", "4a1:b2::1", "node10" },
	{ "name", "!", "node2 node3 node4 node5 node10" },
	{ "name", "nobody", "" },
};

Test(nodes_list, is_sorted_and_filtered)
{
	AUTO_CLEAR(Some) some = { 0 };
	AUTO_CLEAR(Nodes) nodes = { 0 };
	fill(&some);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		NodesSort sort;
		AUTO_CLEAR(Buf) names = { 0 };
		cr_assert(nodes_sort_parse(cases[i].sort, &sort), "%s", cases[i].sort);
		nodes_collect(some.readings, READINGS, (WallTime) { NOW }, sort, cases[i].filter, &nodes);
		for (size_t k = 0; k < nodes.count; k++)
			buf_printf(&names, "%s%s", k ? " " : "", nodes.rows[k].reading->name);
		AUTO_FREE char *name = bg_asprintf("%s, %s", cases[i].sort, cases[i].filter);
		assert_text(name, buf_text(&names), cases[i].expected);
		cr_expect_eq(nodes.total, 5u);
	}
}

Test(nodes_list, tells_each_in_a_few_words)
{
	static const char *const words[] = { "load 0.4, memory 41 %", NULL, "disk / is 91 % full", "no route, peer dead", "refused; its LAN address answers", "not looked at yet" };
	AUTO_CLEAR(Some) some = { 0 };
	fill(&some);
	for (size_t i = 0; i < READINGS; i++) {
		AUTO_CLEAR(Buf) text = { 0 };
		NodeRow row = { .reading = &some.readings[i], .name = some.readings[i].name, .state = some.readings[i].state };
		node_row_words(&row, (WallTime) { NOW }, &text);
		if (words[i])
			assert_text(some.readings[i].name, buf_text(&text), words[i]);
	}
}

Test(nodes_list, counts_all_whatever_is_shown)
{
	AUTO_CLEAR(Some) some = { 0 };
	AUTO_CLEAR(Nodes) nodes = { 0 };
	AUTO_CLEAR(Buf) text = { 0 };
	fill(&some);
	nodes_collect(some.readings, READINGS, (WallTime) { NOW }, NODES_BY_STATE, "role:backup", &nodes);
	nodes_summary(&nodes, &text);
	assert_text("summary", buf_text(&text), "5 nodes   1 fail   2 unknown   1 warn   1 ok");
	cr_expect_eq(nodes.count, 1u);
	/* An hour later nothing is green any more. */
	nodes_collect(some.readings, READINGS, (WallTime) { NOW + 3600000 }, NODES_BY_STATE, "", &nodes);
	cr_expect(nodes.states[READING_OK] == 0 && nodes.states[READING_STALE] == 2);
}

Test(nodes_list, words_that_a_filter_takes)
{
	cr_expect(text_passes(STR("Node17 refused"), "node REF") && !text_passes(STR("Node17 refused"), "node !ref"));
	cr_expect(text_passes(STR("anything"), NULL) && text_passes(STR("anything"), "") && text_passes(STR("anything"), "  ") && text_passes(STR(""), "!x"));
	cr_expect(!text_passes(STR(""), "x"));
}
