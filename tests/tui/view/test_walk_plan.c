/* test_walk_plan.c: plans in words. */
#include "tui/view/walk_plan.h"

#include "tests/support/support.h"

static const WallTime NOW = { INT64_C(1795302000000) };

typedef struct Case { const char *name, *plan, *expected; int columns; int64_t age_ms; bool undo; } Case;

static const Case cases[] = {
	{ "fields of one object stand under its name, and repeated changes are told as such",
		"{'action':'fastly.replace','target':'service x, draft v77','changes':["
		"{'what':'backend o address','from':'a.example','to':'b.example'},{'what':'backend o host','from':'a.example','to':'b.example'},"
		"{'what':'health check o host','from':'c','to':'d'}]}",
		"3 changes in service x, draft v77\n"
		"\n"
		"  backend o\n"
		"    address             a.example\n"
		"                      \xe2\x86\x92 b.example\n"
		"    host                same change\n"
		"  health check o host   c\n"
		"                      \xe2\x86\x92 d\n"
		"\n"
		"digest   sha256:aaaa\xe2\x80\xa6" "aaaa   read just now\n", 60, 0, false },
	{ "values that do not fit beside the name have lines of their own",
		"{'action':'x','target':'t','changes':[{'what':'name','from':'aaaaaaaaaaaaaaaaaaaaaaa','to':'bbbbbbbbbbbbbbbbbbbbbbbb'}]}",
		"1 change in t\n"
		"\n"
		"  name              \n"
		"      aaaaaaaaaaaaaaaaaaaaaaa\n"
		"    \xe2\x86\x92 bbbbbbbbbbbbbbbbbbbbbbbb\n"
		"\n"
		"digest   sha256:aaaa\xe2\x80\xa6" "aaaa   read 40 s ago\n", 30, 42000, false },
	{ "what is made and what goes",
		"{'action':'x','target':'t','changes':[{'what':'draft','from':null,'to':'v77'},{'what':'pipeline','from':'p','to':null}],"
		"'warnings':['look'],'undo':'none'}",
		"2 changes in t\n"
		"! 1 warning below\n"
		"\n"
		"  draft             \xe2\x86\x92 v77\n"
		"  pipeline            p\n"
		"                    \xe2\x86\x92 gone\n"
		"\n"
		"! look\n"
		"\n"
		"undo     none\n"
		"digest   sha256:aaaa\xe2\x80\xa6" "aaaa   read 12 m ago: p reads again\n", 60, 12 * 60000 + 5, false },
	{ "a command is a command",
		"{'action':'command.run','target':'ann@host:/srv','changes':[{'what':'run touch x'}],'request':'touch x','manual':'touch x'}",
		"Runs on this machine, as ann@host:/srv\n"
		"\n"
		"  $ touch x\n"
		"\n"
		"digest   sha256:aaaa\xe2\x80\xa6" "aaaa   read just now\n", 60, 0, false },
	{ "the way back says so, and nothing to do too",
		"{'action':'x','target':'t','changes':[],'nothing_to_do':true}",
		"The way back: Nothing to do in t: it is so already\n"
		"\n"
		"digest   sha256:aaaa\xe2\x80\xa6" "aaaa   read just now\n", 60, 0, true },
	{ "guards that do not hold stand above the changes",
		"{'action':'x','target':'t','changes':[],'guards':{'failed':[{'text':'too old','soft':true},{'text':'not there','soft':false}]}}",
		"Looks at t, changes nothing\n"
		"! too old  (going on wants a reason)\n"
		"\xe2\x9c\x96 not there  (holds the step up; s leaves it out)\n"
		"\n"
		"digest   sha256:aaaa\xe2\x80\xa6" "aaaa   read just now\n", 60, 0, false },
};

static Json *parse(const char *quoted)
{
	AUTO_CLEAR(Buf) text = { 0 };
	Json *json = NULL;
	Error err = { 0 };
	for (const char *c = quoted; *c; c++)
		buf_putc(&text, *c == '\'' ? '"' : *c);
	assert_ok(json_parse(buf_str(&text), &json, &err), &err);
	return json;
}

Test(walk_plan, is_told_whole)
{
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO(Json) *plan = parse(cases[i].plan);
		StepAction action = { .plan = plan, .plan_time = { NOW.ms - cases[i].age_ms }, .plan_is_undo = cases[i].undo };
		memset(action.plan_digest, 'a', 64);
		AUTO_CLEAR(Styled) out = { 0 };
		plan_write(&action, NOW, cases[i].columns, false, &out);
		assert_text(cases[i].name, buf_text(&out.text), cases[i].expected);
	}
}

Test(walk_plan, that_cannot_be_read_is_said)
{
	StepAction action = { .plan = NULL };
	AUTO_CLEAR(Styled) out = { 0 };
	plan_write(&action, NOW, 60, true, &out);
	assert_text("missing", buf_text(&out.text), "The plan cannot be shown: it is missing. Plan again: p\n");
}

Test(walk_plan, short_digests_can_be_compared_by_eye)
{
	char text[SHORT_DIGEST_SIZE];
	assert_text("long", short_digest("5b1f4f5a7c3a2d1e9c20", text), "5b1f\xe2\x80\xa6" "9c20");
	assert_text("short", short_digest("5b1f", text), "5b1f");
	assert_text("none", short_digest(NULL, text), "-");
}

Test(walk_plan, hanging_texts_go_on_under_their_beginning)
{
	AUTO_CLEAR(Styled) out = { 0 };
	write_hanging(&out, 6, "undo", ROLE_TEXT, "activate the version before again", 20);
	assert_text("wrapped", buf_text(&out.text), "undo  activate the\n      version before\n      again\n");
}
