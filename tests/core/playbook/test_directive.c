/* test_directive.c: the grammar of annotations: what is read, what is refused, and where. */
#include "core/base/alloc.h"
#include "core/playbook/directive.h"
#include "tests/support/support.h"

typedef struct Case { const char *name, *body, *directives, *diagnostics; } Case;

static char *describe(const DirectiveList *list)
{
	Buf out = {0};
	for (size_t i = 0; i < list->count; i++) {
		buf_printf(&out, "%d:%d ", list->items[i].line, list->items[i].column);
		directive_render(&list->items[i], &out);
		buf_putc(&out, '\n');
	}
	return buf_take(&out);
}

static char *describe_diagnostics(const DiagnosticList *list)
{
	Buf out = {0};
	diagnostic_render_all(list, &out);
	return buf_take(&out);
}

static void check(const Case *c, void (*parse)(Str, DirectiveList *, DiagnosticList *))
{
	AUTO_CLEAR(DirectiveList) list = {0};
	AUTO_CLEAR(DiagnosticList) diagnostics = { .file = "f.md" };
	parse(str_from(c->body), &list, &diagnostics);
	AUTO_FREE char *directives = describe(&list);
	AUTO_FREE char *messages = describe_diagnostics(&diagnostics);
	assert_text(c->name, directives, c->directives);
	assert_text(c->name, messages, c->diagnostics);
}

static void parse_body(Str body, DirectiveList *list, DiagnosticList *diagnostics)
{
	directive_parse(body, 10, 8, 2, list, diagnostics);
}

static void parse_info(Str info, DirectiveList *list, DiagnosticList *diagnostics)
{
	directive_parse_info(info, 4, 4, list, diagnostics);
}

static const Case BODIES[] = {
	{ "one line", " do concourse.pause pipeline=backup-ocw-content risk=change ",
		"10:9 do concourse.pause pipeline=backup-ocw-content risk=change\n", "" },
	{ "several lines", "\nvar site choice=draft|live match=\"<draft|live>\" ask=\"Which OCW site?\"\nvar damaged type=int\n",
		"11:3 var site choice=draft|live match=<draft|live> ask=\"Which OCW site?\"\n12:3 var damaged type=int\n", "" },
	{ "continuation lines", "\n  do fastly.replace service=${service} version=${draft}\n     from=a to=b\n  verify fastly.grep count=0\n",
		"11:5 do fastly.replace service=${service} version=${draft} from=a to=b\n13:5 verify fastly.grep count=0\n", "" },
	{ "remarks and empty lines", "\n# why: see the review\n\noptional reason=required\n", "13:3 optional reason=required\n", "" },
	{ "every operator", "verify p a=1 b!=2 c~\"^x|y$\" d<3 e<=4 f>5 g>=6",
		"10:8 verify p a=1 b!=2 c~^x|y$ d<3 e<=4 f>5 g>=6\n", "" },
	{ "a guard over a variable", "guard damaged>10 soft=yes else=\"Revert them: faster\"",
		"10:8 guard damaged>10 soft=yes else=\"Revert them: faster\"\n", "" },
	{ "escapes in quotes", "step confirm=\"say \\\"yes\\\" \\\\ \\d\"", "10:8 step confirm=\"say \\\"yes\\\" \\\\ \\\\d\"\n", "" },
	{ "an empty quoted value", "step confirm=\"\"", "10:8 step confirm=\"\"\n", "" },
	{ "a value with an operator in it", "cmd of=\"a=b|c<d\" timeout=15m", "10:8 cmd of=a=b|c<d timeout=15m\n", "" },
	{ "an unknown verb", "doo concourse.pause\n  pipeline=x\nnote",
		"12:3 note\n", "f.md:10:8: E-VERB: there is no verb \"doo\"; did you mean do?\n" },
	{ "prose in a comment", "remember to check this", "",
		"f.md:10:8: E-VERB: there is no verb \"remember\"; a line begins with a verb such as do, verify, gate or var, or goes on "
		"with key=value\n" },
	{ "a continuation of nothing", "pipeline=x", "",
		"f.md:10:8: E-VERB: there is no verb \"pipeline=x\"; a line begins with a verb such as do, verify, gate or var, or goes on "
		"with key=value\n" },
	{ "an unknown key", "gate g role=product roles=engineering",
		"10:8 gate g role=product roles=engineering\n", "f.md:10:15: E-KEY: gate has no key role; did you mean roles=?\n" },
	{ "an unknown key far from all", "optional colour=red", "10:8 optional colour=red\n",
		"f.md:10:17: E-KEY: optional has no key colour; optional takes reason=\n" },
	{ "a value out of the choices", "do a.b risk=huge", "10:8 do a.b risk=huge\n",
		"f.md:10:15: E-KEY: risk=huge: is none of its choices; it takes read|change|destructive\n" },
	{ "a value still to be filled in is not judged", "cmd timeout=${limit}", "10:8 cmd timeout=${limit}\n", "" },
	{ "a wrong operator", "do a.b risk!=read", "10:8 do a.b risk!=read\n",
		"f.md:10:15: E-KEY: risk of do takes no !=; write it with =\n" },
	{ "a key given twice", "gate g roles=a roles=b", "10:8 gate g roles=a roles=b\n",
		"f.md:10:23: E-KEY: roles= is given twice; keep one of them\n" },
	{ "a field asked twice", "verify p age>1h age<26h", "10:8 verify p age>1h age<26h\n", "" },
	{ "no action", "do", "10:8 do\n", "f.md:10:8: E-KEY: do wants ACTION\n" },
	{ "a word too many", "do a.b c.d", "10:8 do a.b c.d\n",
		"f.md:10:15: E-KEY: do takes no further word \"c.d\"; quote values that hold blanks: key=\"two words\"\n" },
	{ "a quote without end", "var x ask=\"what", "10:8 var x\n",
		"f.md:10:18: E-KEY: the quote is never closed; a value ends on the line on which it begins\n" },
	{ "text after a quote", "var x ask=\"what\"now default=2", "10:8 var x\n",
		"f.md:10:24: E-KEY: something follows the closing quote; put a blank between them, or \\\" for a quote\n" },
	{ "a key without value", "var x ask= default=2", "10:8 var x\n",
		"f.md:10:18: E-KEY: ask has no value; an empty value is written \"\"\n" },
	{ "a bare value with a quote", "var x ask=a\"b", "10:8 var x\n",
		"f.md:10:18: E-KEY: a quote inside the value of ask; quote the whole value\n" },
	{ "no key before the sign", "var x =2", "10:8 var x\n",
		"f.md:10:14: E-KEY: \"=2\" is no argument; a key begins with a letter: key=value or key=\"a value\"\n" },
	{ "a flag of a command", "cmd optional tty=yes", "10:8 cmd optional tty=yes\n", "" },
	{ "an unknown flag", "cmd optionl", "10:8 cmd optionl\n",
		"f.md:10:12: E-KEY: cmd does not know the word \"optionl\"; a key is followed by = and its value\n" },
	{ "a timer of no kind", "timer begin rto", "10:8 timer begin rto\n",
		"f.md:10:8: E-KEY: timer does not know \"begin\"; timer start NAME, timer stop NAME or timer due NAME after=SPAN\n" },
	{ "a variable's keys without a source", "var x namespce=y", "10:8 var x namespce=y\n",
		"f.md:10:14: E-KEY: var has no key namespce; var takes ask= default= choice= type= match= replaces= from= zone= to= format= "
		"oldest= newest= re=\n" },
	{ "a variable's keys with a source", "var x from=k8s.deployment.replicas namespace=y",
		"10:8 var x from=k8s.deployment.replicas namespace=y\n", "" },
	{ "a human look beside the probe", "verify http by=human note=\"try many\"", "10:8 verify http by=human note=\"try many\"\n", "" },
	{ "a look at nothing", "verify within=5m", "10:8 verify within=5m\n",
		"f.md:10:8: E-KEY: verify names nothing to look at; name a probe; what only a person can see is a step that says "
		"so, ticked by hand\n" },
	{ "carriage returns", "\r\nnote\r\noptional\r\n", "11:3 note\n12:3 optional\n", "" },
	{ "nothing", "  \n ", "", "" },
};

Test(directive, reads_and_refuses_by_the_grammar)
{
	for (size_t i = 0; i < BG_LENGTH(BODIES); i++)
		check(&BODIES[i], parse_body);
}

static const Case INFOS[] = {
	{ "ours", "sh {name=set-pipeline risk=change}", "4:7 cmd name=set-pipeline risk=change\n", "" },
	{ "runme's keys", "sh { name=x interactive=false excludeFromRunAll=true background=true }",
		"4:7 cmd name=x tty=false optional=true\n", "" },
	{ "another tool's keys only", "sh {#anchor .numberLines startFrom=\"10\"}", "", "" },
	{ "JSON of another tool", "sh {\"id\":\"01HY\",\"cwd\":\"..\"}", "", "" },
	{ "no braces", "sh", "", "" },
	{ "an open brace", "sh {name=x", "", "" },
	{ "a mistyped key beside ours", "sh {risk=read timeuot=3m}", "4:7 cmd risk=read\n",
		"f.md:4:18: E-KEY: a command has no key timeuot; the keys are those of the cmd directive\n" },
	{ "a bad value", "sh {risk=big}", "4:7 cmd risk=big\n",
		"f.md:4:8: E-KEY: risk=big: is none of its choices; it takes read|change|destructive\n" },
};

Test(directive, reads_the_braces_of_an_info_string)
{
	for (size_t i = 0; i < BG_LENGTH(INFOS); i++)
		check(&INFOS[i], parse_info);
}

Test(directive, finds_the_body_of_a_comment)
{
	static const struct { const char *text, *body; size_t offset; } cases[] = {
		{ "<!-- bg do a.b -->", " do a.b ", 7 },
		{ "<!--\n  bg\nnote\n-->\n", "\nnote\n", 9 },
		{ "<!-- bg-->", "", 7 },
		{ "<!-- bg note", " note", 7 },
		{ "<!-- bgx -->", NULL, 0 },
		{ "<!-- background -->", NULL, 0 },
		{ "<!--bg note -->", NULL, 0 },
		{ "<!-- -->", NULL, 0 },
		{ "<p>", NULL, 0 },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Str body = {0};
		size_t offset = 0;
		bool found = directive_find_body(str_from(cases[i].text), &body, &offset);
		cr_assert_eq(found, cases[i].body != NULL, "%s", cases[i].text);
		if (found) {
			cr_assert(str_eq_c(body, cases[i].body), "%s", cases[i].text);
			cr_assert_eq(offset, cases[i].offset, "%s", cases[i].text);
		}
	}
}

Test(directive, answers_queries)
{
	AUTO_CLEAR(DirectiveList) list = {0};
	AUTO_CLEAR(DiagnosticList) diagnostics = {0};
	directive_parse(STR("gate go roles=a,b distinct=yes reason=required\nopens a b closed-by=#c"), 1, 1, 0, &list, &diagnostics);
	cr_assert_eq(list.count, 2);
	cr_assert_str_eq(directive_word(&list.items[0], 0), "go");
	cr_assert_null(directive_word(&list.items[0], 1));
	cr_assert_str_eq(directive_value(&list.items[0], "roles"), "a,b");
	cr_assert(directive_is_yes(&list.items[0], "distinct"));
	cr_assert(directive_is_yes(&list.items[0], "reason"));
	cr_assert_not(directive_is_yes(&list.items[0], "min"));
	cr_assert_str_eq(directive_word(&list.items[1], 1), "b");
	cr_assert(directive_is_own_key(DIRECTIVE_OPENS, "closed-by"));
	cr_assert_not(directive_is_own_key(DIRECTIVE_DO, "pipeline"));
	for (size_t i = 0; i < DIRECTIVE_VERB_COUNT; i++)
		cr_assert(directive_verb_help((DirectiveVerb) i)[0] != '\0');
}

Test(directive, bounds_what_one_annotation_can_hold)
{
	AUTO_CLEAR(Buf) body = {0};
	for (int i = 0; i < 1000; i++)
		buf_puts(&body, "note\n");
	for (int i = 0; i < 1000; i++)
		buf_printf(&body, "a%d=b ", i);
	AUTO_CLEAR(DirectiveList) list = {0};
	AUTO_CLEAR(DiagnosticList) diagnostics = {0};
	directive_parse(buf_str(&body), 1, 1, 0, &list, &diagnostics);
	cr_assert_eq(list.count, DIRECTIVE_LIMIT);
	cr_assert(diagnostic_has_code(&diagnostics, "E-VERB"));
	buf_clear(&body);
	buf_puts(&body, "opens");
	for (int i = 0; i < 1000; i++)
		buf_printf(&body, " a%d", i);
	directive_list_clear(&list);
	diagnostic_list_clear(&diagnostics);
	directive_parse(buf_str(&body), 1, 1, 0, &list, &diagnostics);
	cr_assert_eq(list.items[0].arg_count, DIRECTIVE_ARG_LIMIT);
	cr_assert(diagnostic_has_code(&diagnostics, "E-KEY"));
}
