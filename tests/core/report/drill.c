/* drill.c: see drill.h. */
#include "drill.h"

void drill_keep(Drill *drill)
{
	Error err;
	const Story *story = &drill->story;
	assert_ok(journal_append(drill->journal, story->who, "uid", event_type_name(story->last_type), story->last,
		story->incident->last_time, story->incident->last_mono_ms, NULL, NULL, &err), &err);
}


static const char *const outline =
	"{'playbook':{'id':'ocw','title':'OCW content','path':'failover.md',"
	"'sha256':'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'},"
	"'procedure':{'id':'dr','title':'Fail over'},"
	"'timers':[{'name':'rto','label':'time to restore','op':'start'},{'name':'rto','op':'stop','step':'look'}],"
	"'steps':[{'id':'pause','number':'1','title':'pause the *pipeline*','opens':['backup-paused'],"
	"'actions':[{'verb':'concourse.pause','risk':'change'}]},"
	"{'id':'look','number':'2','title':'look at the site'},{'id':'more','number':'3','title':'more'}],"
	"'gates':[{'id':'g','title':'break the glass','roles':['product','engineering'],'steps':['more']}]}";

void drill_play(Drill *drill, TempFolder *folder, const char *title, const char *note)
{
	Error err;
	drill->story = story_new();
	assert_ok(journal_open(folder->path, NULL, NULL, &drill->journal, NULL, &err), &err);
	drill_tell(drill, "declare",
		"{'incident':'i1','title':'%s','environment':'ocw','drill':true,'objective_ms':5000}", title);
	drill_tell(drill, "start", "%s", outline);
	drill_tell(drill, "planned", "{'run':'r1','step':'1','index':0,'digest':'%s','plan':{'action':'concourse.pause','changes':[{'what':'pipeline <p>','from':'running','to':'paused'}]}}", digest_of('a'));
	drill_tell(drill, "apply", "{'run':'r1','step':'1','index':0,'digest':'%s','confirm':'yes'}", digest_of('a'));
	drill_tell(drill, "finished", "{'action':1,'outcome':'done','began':true,'verified':'yes','evidence':'paused|yes'}");
	drill_tell(drill, "note", "{'text':'%s'}", note);
	drill_tell(drill, "ask", "{'run':'r1','gate':'g','subject':'%s','lines':[]}", digest_of('1'));
	assert_ok(story_sign(&drill->story, "g", '1', "product", "pat", "yes"), &drill->story.err);
	drill_keep(drill);
	drill_tell(drill, "tick", "{'run':'r1','step':'2'}");
}

void drill_clear(Drill *drill)
{
	journal_close(drill->journal);
	story_clear(&drill->story);
}
