/* test_condition.c: facts against expectations, type by type, with the words that go with each answer. */
#include "core/playbook/condition.h"
#include "tests/support/support.h"

static const WallTime NOW = { 1795230000000 };   /* 2026-11-21T03:00:00Z */

typedef struct Case { ParamType type; const char *fact; DirectiveOp op; const char *expected; Truth truth; } Case;

static const Case CASES[] = {
	{ PARAM_INT, "14", OP_GT, "10", TRUTH_YES }, { PARAM_INT, "10", OP_GT, "10", TRUTH_NO }, { PARAM_INT, "10", OP_GE, "10", TRUTH_YES },
	{ PARAM_INT, "0", OP_EQ, "0", TRUTH_YES }, { PARAM_INT, "1", OP_NE, "0", TRUTH_YES }, { PARAM_INT, "\"9\"", OP_LT, "10", TRUTH_YES },
	{ PARAM_INT, "9", OP_LE, "8", TRUTH_NO }, { PARAM_INT, "9", OP_EQ, "nine", TRUTH_UNKNOWN },
	{ PARAM_INT, "true", OP_EQ, "1", TRUTH_UNKNOWN }, { PARAM_INT, "9", OP_MATCH, "9", TRUTH_UNKNOWN },
	{ PARAM_SPAN, "79440000", OP_LT, "26h", TRUTH_YES }, { PARAM_SPAN, "97200000", OP_LT, "26h", TRUTH_NO },
	{ PARAM_SPAN, "79440000", OP_LT, "soon", TRUTH_UNKNOWN },
	{ PARAM_TIME, "1795229000000", OP_GT, "-1h", TRUTH_YES }, { PARAM_TIME, "1795229000000", OP_LT, "now", TRUTH_YES },
	{ PARAM_TIME, "1795229000000", OP_LT, "2026-11-20T22:51:00Z", TRUTH_NO },
	{ PARAM_TIME, "\"2026-11-20T03:00:00Z\"", OP_LT, "2026-11-20T22:51:00Z", TRUTH_YES },
	{ PARAM_TIME, "\"yesterday\"", OP_LT, "now", TRUTH_UNKNOWN },
	{ PARAM_BOOL, "true", OP_EQ, "yes", TRUTH_YES }, { PARAM_BOOL, "false", OP_EQ, "yes", TRUTH_NO },
	{ PARAM_BOOL, "false", OP_NE, "true", TRUTH_YES }, { PARAM_BOOL, "\"yes\"", OP_EQ, "true", TRUTH_YES },
	{ PARAM_BOOL, "1", OP_EQ, "yes", TRUTH_UNKNOWN }, { PARAM_BOOL, "true", OP_LT, "yes", TRUTH_UNKNOWN },
	{ PARAM_TEXT, "\"succeeded\"", OP_EQ, "succeeded", TRUTH_YES }, { PARAM_TEXT, "\"failed\"", OP_NE, "succeeded", TRUTH_YES },
	{ PARAM_TEXT, "\"a Backup ran\"", OP_MATCH, "^a +backup", TRUTH_YES }, { PARAM_TEXT, "\"x\"", OP_MATCH, "(", TRUTH_UNKNOWN },
	{ PARAM_TEXT, "200", OP_EQ, "200", TRUTH_YES }, { PARAM_TEXT, "\"b\"", OP_LT, "c", TRUTH_UNKNOWN },
	{ PARAM_TEXT, "null", OP_EQ, "x", TRUTH_UNKNOWN }, { PARAM_TEXT, "{}", OP_EQ, "x", TRUTH_UNKNOWN },
	{ PARAM_LIST, "[\"a\",\"b\"]", OP_EQ, "b,a", TRUTH_YES }, { PARAM_LIST, "[\"a\"]", OP_EQ, "a,b", TRUTH_NO },
	{ PARAM_LIST, "[\"a\"]", OP_NE, "b", TRUTH_YES }, { PARAM_LIST, "[\"a\",\"b\"]", OP_NE, "b", TRUTH_NO },
	{ PARAM_LIST, "[\"node1\"]", OP_MATCH, "^node", TRUTH_YES }, { PARAM_LIST, "[]", OP_MATCH, "x", TRUTH_NO },
	{ PARAM_LIST, "\"a, b\"", OP_EQ, "b", TRUTH_YES }, { PARAM_LIST, "3", OP_EQ, "b", TRUTH_UNKNOWN },
	{ PARAM_LIST, "[\"a\"]", OP_LT, "b", TRUTH_UNKNOWN },
};

Test(condition, judges_each_type)
{
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		const Case *c = &CASES[i];
		AUTO(Json) *fact = NULL;
		AUTO_CLEAR(Buf) reason = {0};
		Error err = {0};
		assert_ok(json_parse(str_from(c->fact), &fact, &err), &err);
		Truth truth = condition_judge("it", c->type, fact, c->op, c->expected, NOW, &reason);
		cr_assert_eq(truth, c->truth, "%s %s %s: %s", c->fact, directive_op_name(c->op), c->expected, buf_text(&reason));
		cr_assert(reason.len > 0);
	}
}

Test(condition, says_what_is_and_what_was_wanted)
{
	static const struct { ParamType type; const char *fact; DirectiveOp op; const char *expected, *reason; } cases[] = {
		{ PARAM_SPAN, "79440000", OP_LT, "26h", "age is 22 h 04 m, wanted: less than 26h" },
		{ PARAM_TIME, "1795229000000", OP_GT, "-1h", "age is Nov 21 02:43Z, wanted: after Nov 21 02:00Z" },
		{ PARAM_BOOL, "true", OP_EQ, "no", "age is yes, wanted: no" },
		{ PARAM_TEXT, "\"a\\u001b[31mb\"", OP_EQ, "x", "age is ab, wanted: x" },
		{ PARAM_INT, "\"many\"", OP_EQ, "3", "age is many, which cannot be compared with 3" },
		{ PARAM_INT, "null", OP_EQ, "3", "age is not known" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO(Json) *fact = NULL;
		AUTO_CLEAR(Buf) reason = {0};
		Error err = {0};
		assert_ok(json_parse(str_from(cases[i].fact), &fact, &err), &err);
		(void) condition_judge("age", cases[i].type, fact, cases[i].op, cases[i].expected, NOW, &reason);
		assert_text(cases[i].fact, buf_text(&reason), cases[i].reason);
	}
}

Test(condition, judges_the_value_of_a_variable)
{
	cr_assert_eq(condition_judge_text("damaged", PARAM_INT, "14", OP_GT, "10", NOW, NULL), TRUTH_YES);
	cr_assert_eq(condition_judge_text("damaged", PARAM_INT, "10", OP_GT, "10", NOW, NULL), TRUTH_NO);
	cr_assert_eq(condition_judge_text("damaged", PARAM_INT, NULL, OP_GT, "10", NOW, NULL), TRUTH_UNKNOWN);
}

static const VerbSpec PROBE = { .name = "http", .kind = VERB_PROBE, .risk = RISK_READ,
	.VERB_PARAMS({ "url", PARAM_URL, true, NULL, "" }, { "sample", PARAM_INT, false, NULL, "" }),
	.VERB_FIELDS({ "status", PARAM_INT, "" }, { "url", PARAM_TEXT, "" }) };

Test(condition, tells_parameters_from_expectations)
{
	AUTO_CLEAR(DirectiveList) list = {0};
	AUTO_CLEAR(DiagnosticList) diagnostics = {0};
	directive_parse(STR("verify http url=x sample=20 status=200 url!=y within=5m"), 1, 1, 0, &list, &diagnostics);
	static const struct { bool param, expectation; } expected[] = { { 0, 0 }, { 1, 0 }, { 1, 0 }, { 0, 1 }, { 0, 1 }, { 0, 0 } };
	for (size_t i = 0; i < BG_LENGTH(expected); i++) {
		cr_assert_eq(condition_is_param(&PROBE, &list.items[0].args[i]), expected[i].param, "%zu", i);
		cr_assert_eq(condition_is_expectation(&PROBE, &list.items[0].args[i]), expected[i].expectation, "%zu", i);
	}
}

static const VerbSpec JOB = { .name = "concourse.job", .kind = VERB_PROBE, .subject = "job ${job}",
	.VERB_PARAMS({ "job", PARAM_TEXT, true, NULL, "" }, { "max-age", PARAM_SPAN, false, NULL, "" }),
	.VERB_FIELDS({ "last_end", PARAM_TIME, "" }) };

Test(condition, says_a_verify_as_a_sentence)
{
	char job[] = "job", backup[] = "backup", age[] = "max-age", limit[] = "26h", end[] = "last_end", now[] = "now";
	const DirectiveArg args[] = { { .key = job, .op = OP_EQ, .value = backup }, { .key = age, .op = OP_EQ, .value = limit },
		{ .key = end, .op = OP_LT, .value = now } };
	AUTO_CLEAR(Buf) words = {0};
	condition_say(&JOB, args, BG_LENGTH(args), &words);
	assert_text("all", buf_text(&words), "job backup: max age 26h, last end before now");
	buf_truncate(&words, 0);
	condition_say(&JOB, args + 1, 1, &words);
	assert_text("the only one", buf_text(&words), "concourse.job: max age 26h");
}
