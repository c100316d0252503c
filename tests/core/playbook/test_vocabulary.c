/* test_vocabulary.c: look-ups in verb tables, typed values, and the list of diagnostics. */
#include "core/playbook/diagnostic.h"
#include "core/playbook/vocabulary.h"
#include "tests/support/support.h"

static const VerbSpec PAUSE = { .name = "concourse.pause", .kind = VERB_ACTION, .risk = RISK_CHANGE,
	.VERB_PARAMS({ "pipeline", PARAM_TEXT, true, NULL, "its name" }, { "input.*", PARAM_TEXT, false, NULL, "inputs" }) };
static const VerbSpec JOB = { .name = "concourse.job", .kind = VERB_PROBE, .risk = RISK_READ,
	.VERB_PARAMS({ "job", PARAM_TEXT, true, NULL, "its name" }), .VERB_FIELDS({ "age", PARAM_SPAN, "since its end" }) };
static const VerbSpec *const VERBS[] = { &PAUSE, &JOB };
static const Vocabulary VOCABULARY = { VERBS, 2 };

Test(vocabulary, finds_verbs_of_their_kind)
{
	cr_assert_eq(vocabulary_find(&VOCABULARY, VERB_ACTION, STR("concourse.pause")), &PAUSE);
	cr_assert_null(vocabulary_find(&VOCABULARY, VERB_PROBE, STR("concourse.pause")));
	cr_assert_null(vocabulary_find(NULL, VERB_PROBE, STR("concourse.job")));
	cr_assert_eq(vocabulary_nearest(&VOCABULARY, VERB_ACTION, STR("concourse.puase")), &PAUSE);
	cr_assert_null(vocabulary_nearest(&VOCABULARY, VERB_ACTION, STR("fastly.activate")));
	cr_assert_not_null(verb_find_param(&PAUSE, STR("pipeline")));
	cr_assert_not_null(verb_find_param(&PAUSE, STR("input.environment")));
	cr_assert_null(verb_find_param(&PAUSE, STR("input.")));
	cr_assert_null(verb_find_param(&PAUSE, STR("input")));
	cr_assert_not_null(verb_find_field(&JOB, STR("age")));
	cr_assert_null(verb_find_field(&JOB, STR("job")));
}

Test(vocabulary, judges_values_by_their_type)
{
	static const struct { ParamType type; const char *choices, *value; bool fits; } cases[] = {
		{ PARAM_TEXT, NULL, "", true }, { PARAM_INT, NULL, "-3", true }, { PARAM_INT, NULL, "3x", false },
		{ PARAM_BOOL, NULL, "yes", true }, { PARAM_BOOL, NULL, "ja", false },
		{ PARAM_CHOICE, "a|b", "b", true }, { PARAM_CHOICE, "a|b", "c", false }, { PARAM_CHOICE, "a|b", "a|b", false },
		{ PARAM_LIST, NULL, "x,y", true }, { PARAM_LIST, NULL, "x,,y", false }, { PARAM_LIST, "a|b", "b,a", true },
		{ PARAM_LIST, "a|b", "b,z", false }, { PARAM_TIME, NULL, "2026-11-21T03:00:00Z", true }, { PARAM_TIME, NULL, "3am", false },
		{ PARAM_SPAN, NULL, "26h", true }, { PARAM_SPAN, NULL, "h", false },
		{ PARAM_URL, NULL, "https://a", true }, { PARAM_URL, NULL, "ftp://a", false }, { PARAM_URL, NULL, "https://", false },
		{ PARAM_HOST, NULL, "400::1", true }, { PARAM_HOST, NULL, "a b", false }, { PARAM_HOST, NULL, "-oProxy=x", false },
		{ PARAM_HOST, NULL, "", false },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const char *why = NULL;
		bool fits = param_value_fits(cases[i].type, cases[i].choices, str_from(cases[i].value), &why);
		cr_assert_eq(fits, cases[i].fits, "%s %s", param_type_name(cases[i].type), cases[i].value);
		cr_assert(fits || why[0], "%s", cases[i].value);
	}
}

Test(diagnostic, says_where_what_and_what_to_do)
{
	AUTO_CLEAR(DiagnosticList) list = { .file = "a\x1b[31m.md" };
	diagnostic_add(&list, 9, 1, "W-TODO", NULL, "an open %s", "TODO");
	diagnostic_add(&list, 3, 7, "E-KEY", "write it so", "no\nkey");
	diagnostic_add(&list, 0, 0, "H-STEP", NULL, "whole file");
	diagnostic_sort(&list);
	AUTO_CLEAR(Buf) text = {0};
	diagnostic_render_all(&list, &text);
	cr_assert_str_eq(buf_text(&text), "a.md: H-STEP: whole file\na.md:3:7: E-KEY: no key; write it so\n"
		"a.md:9:1: W-TODO: an open TODO\n");
	cr_assert(list.errors == 1 && list.warnings == 1 && list.hints == 1);
	AUTO(Json) *json = diagnostic_list_to_json(&list);
	AUTO_FREE char *row = json_text(json_at(json, 1));
	cr_assert_str_eq(row, "{\"file\":\"a\\u001b[31m.md\",\"line\":3,\"column\":7,\"severity\":\"error\",\"code\":\"E-KEY\","
		"\"text\":\"no\\nkey\",\"hint\":\"write it so\"}");
}

Test(diagnostic, counts_what_is_over_the_limit)
{
	AUTO_CLEAR(DiagnosticList) list = { .file = "a.md" };
	for (int i = 0; i < DIAGNOSTIC_LIMIT + 7; i++)
		diagnostic_add(&list, 1, 1, "E-KEY", NULL, "x");
	cr_assert_eq(list.count, DIAGNOSTIC_LIMIT);
	cr_assert_eq(list.dropped, 7);
	cr_assert_eq(list.errors, DIAGNOSTIC_LIMIT + 7);
	AUTO_CLEAR(Buf) text = {0};
	diagnostic_render_all(&list, &text);
	cr_assert(str_ends(buf_str(&text), "and 7 more; only the first 500 of a file are shown\n"));
}
