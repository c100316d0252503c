/* story.c: see story.h. */
#include "story.h"

#include "core/base/alloc.h"

const char *const STORY_OUTLINE =
	"{'playbook':{'id':'ocw','title':'OCW content','path':'failover.md',"
	"'sha256':'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'},"
	"'procedure':{'id':'dr','title':'Fail over to the backup'},"
	"'values':{'site':'live'},"
	"'timers':[{'name':'rto','label':'time to restore','op':'start'},{'name':'rto','op':'stop','step':'verify'}],"
	"'steps':["
	"{'id':'last','number':'1','title':'confirm the last backup','parent':-1,'level':0,'kind':'step','counted':true,"
	"'verifies':1},"
	"{'id':'pause','number':'2','title':'pause the pipeline','parent':-1,'level':0,'kind':'step','counted':true,"
	"'verifies':1,"
	"'undo':true,'opens':['backup-paused'],'closed_by':'back','actions':["
	"{'verb':'concourse.pause','risk':'change'},"
	"{'verb':'concourse.destroy','risk':'destructive','label':'double safe','also':true}]},"
	"{'id':'decide','number':'3','title':'decide','parent':-1,'level':0,'kind':'step','counted':true},"
	"{'id':'fastly','number':'4','title':'Fastly','parent':-1,'level':0,'kind':'step','counted':true},"
	"{'id':'clone','number':'4.1','title':'clone','parent':3,'level':1,'kind':'step','counted':true,"
	"'actions':[{'verb':'fastly.clone','risk':'change','save':'draft'}]},"
	"{'id':'hosts','number':'4.2','title':'hosts','parent':3,'level':1,'kind':'step','counted':true,'actions':["
	"{'verb':'fastly.replace','risk':'change'},{'verb':'fastly.replace','risk':'change','label':'the other hosts'}]},"
	"{'id':'activate','number':'4.3','title':'activate','parent':3,'level':1,'kind':'step','counted':true,'undo':true,"
	"'opens':['on-backup'],'actions':[{'verb':'fastly.activate','risk':'destructive','save':'previous'}]},"
	"{'id':'verify','number':'5','title':'verify the site','parent':-1,'level':0,'kind':'step','counted':true,"
	"'human':true,'verifies':2},"
	"{'id':'remark','number':'','title':'a remark','parent':-1,'level':0,'kind':'note','counted':false},"
	"{'id':'tell','number':'6','title':'tell the users','parent':-1,'level':0,'kind':'step','counted':true,"
	"'opens':['banner']},"
	"{'id':'mend','number':'7','title':'mend','parent':-1,'level':0,'kind':'step','counted':true,"
	"'closes':['backup-paused','banner']}],"
	"'gates':["
	"{'id':'break','title':'break the glass','roles':['product','engineering'],'min':2,'distinct':true,'reason':true,"
	"'steps':['decide']},"
	"{'id':'live','title':'activate','roles':['product','engineering'],'min':2,'distinct':true,'live':true,'solo':true,"
	"'steps':['activate']}]}";

Story story_new(void)
{
	return (Story) { .incident = incident_new(), .now = { INT64_C(1770000000000) }, .who = "ann" };
}

void story_clear(Story *story)
{
	incident_free(story->incident);
	json_free(story->last);
	*story = (Story) { 0 };
}

static Json *parse_quoted(const char *text)
{
	AUTO_FREE char *quoted = bg_strdup(text);
	for (char *c = quoted; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	AUTO(Json) *json = NULL;
	Error err;
	assert_ok(json_parse(str_from(quoted), &json, &err), &err);
	return TAKE(json);
}

bool story_ask(Story *story, const char *request, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	AUTO_FREE char *text = bg_vasprintf(format, list);
	va_end(list);
	AUTO(Json) *args = parse_quoted(text);
	Request asked = { .who = story->who, .how = "uid", .args = args };
	cr_assert(request_kind_parse(request, &asked.kind), "no request %s", request);
	story->now.ms += 1000;
	AUTO_CLEAR(Draft) draft = { 0 };
	if (!incident_decide(story->incident, &asked, story->now, &draft, &story->err))
		return false;
	Event event = {
		.seq = story->incident->seq + 1, .time = story->now, .mono_ms = story->incident->seq ? story->now.ms - story->incident->declared.ms : 0, .who = story->who,
		.how = "uid", .type = draft.type, .data = draft.data,
	};
	incident_apply(story->incident, &event);
	json_free(story->last);
	story->last = TAKE(draft.data);
	story->last_type = draft.type;
	return true;
}

Story story_declared(void)
{
	Story story = story_new();
	story_ok(&story, "declare",
		"{'incident':'i1','title':'mass publish','environment':'ocw','drill':true,'objective_ms':3600000}");
	return story;
}

Story story_walking(void)
{
	Story story = story_declared();
	story_ok(&story, "start", "%s", STORY_OUTLINE);
	return story;
}

const Run *story_run(const Story *story)
{
	const Run *run = incident_find_run(story->incident, "r1");
	cr_assert(run);
	return run;
}

const IncidentStep *story_step(const Story *story, const char *number)
{
	const IncidentStep *step = run_find_step(story_run(story), number);
	cr_assert(step, "no step %s", number);
	return step;
}

const Gate *story_gate(const Story *story, const char *id)
{
	const Gate *gate = run_find_gate(story_run(story), id);
	cr_assert(gate, "no gate %s", id);
	return gate;
}

void story_state(const Story *story, const char *number, StepState expected)
{
	assert_text(number, step_state_name(story_step(story, number)->state), step_state_name(expected));
}

void story_ledger(const Story *story, const char *expected)
{
	AUTO_CLEAR(StrList) names = { 0 };
	for (size_t i = 0; i < story->incident->open_count; i++) {
		const LedgerItem *item = &story->incident->ledger[story->incident->open_items[i]];
		strlist_add_take(&names, bg_asprintf("%s%s", item->name, item->doubtful ? "?" : ""));
	}
	AUTO_FREE char *joined = strlist_join(&names, " ");
	assert_text("ledger", joined, expected);
}

const char *digest_of(char c)
{
	static char texts[4][65];
	static size_t next;
	char *text = texts[next++ % 4];
	memset(text, c, 64);
	text[64] = '\0';
	return text;
}

void story_plan(Story *story, const char *number, int index)
{
	story_ok(story, "planned",
		"{'run':'r1','step':'%s','index':%d,'digest':'%s','plan':{'action':'x','confirm_name':'ocw-live',"
		"'changes':[]}}", number, index, digest_of('a'));
}

bool story_apply(Story *story, const char *number, int index)
{
	const IncidentStep *step = story_step(story, number);
	const char *confirm = step->actions[index].risk == RISK_DESTRUCTIVE ? "ocw-live" : "yes";
	const Gate *gate = story_gate(story, "live");
	return story_ask(story, "apply",
		"{'run':'r1','step':'%s','index':%d,'digest':'%s','confirm':'%s','subjects':{'live':'%s'}}", number,
		index, digest_of('a'), confirm, gate->subject);
}

void story_finish(Story *story, const char *fields)
{
	story_ok(story, "finished", "{'action':%zu,%s}", story->incident->action_count, fields);
}

void story_do(Story *story, const char *number, int index, const char *fields)
{
	story_plan(story, number, index);
	assert_ok(story_apply(story, number, index), &story->err);
	story_finish(story, fields);
}

void story_check(Story *story, const char *number, bool ok)
{
	const IncidentStep *step = story_step(story, number);
	for (size_t i = 0; i < step->check_count; i++)
		story_ok(story, "checked", "{'run':'r1','step':'%s','index':%zu,'ok':%s,'text':'%s'}", number, i, ok ? "true"
			: "false",
			ok ? "as expected" : "not as expected");
}

bool story_sign(Story *story, const char *id, char subject, const char *role, const char *person, const char *decision)
{
	return story_ask(story, "sign",
		"{'run':'r1','gate':'%s','role':'%s','person':'%s','decision':'%s','reason':'because',"
		"'subject':'%s','key':'SHA256:%s','method':'key','statement':'text','signature':'sig','expires':%lld,"
		"'checkpoint':%lld}",
		id, role, person, decision, digest_of(subject), person, (long long) story->now.ms + 900000,
		(long long) story->incident->seq);
}

void story_sign_both(Story *story, const char *id, char subject)
{
	story_ok(story, "ask", "{'run':'r1','gate':'%s','subject':'%s','lines':['one','two']}", id, digest_of(subject));
	assert_ok(story_sign(story, id, subject, "product", "pat", "yes"), &story->err);
	assert_ok(story_sign(story, id, subject, "engineering", "eve", "yes"), &story->err);
}
