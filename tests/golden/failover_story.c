/* failover_story.c: see failover_story.h. */
#include "failover_story.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/walk.h"
#include "core/playbook/model.h"
#include "core/providers/provider.h"

#define MINUTE 60000
#define ENVIRONMENT "ocw-production"

static const char DIGEST[] = "5b1f4f5a7c3a2d1e0f9b8a7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c9c20";
static const char SUBJECT[] = "77ad9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d";

static char *fixture(const char *name)
{
	AUTO_FREE char *relative = bg_asprintf("tests/fixtures/golden/%s", name);
	return source_path(relative);
}

/* ---- the beginning ---- */

static Json *outline(Script *script, bool solo)
{
	AUTO_FREE char *playbook_path = fixture("failover.md");
	AUTO_FREE char *environment_path = fixture("environment.yaml");
	AUTO(Playbook) *playbook = NULL;
	AUTO(Environment) *environment = NULL;
	Error err = { 0 };
	assert_ok(playbook_load(playbook_path, provider_vocabulary(), &playbook, &err), &err);
	assert_ok(environment_load(environment_path, &environment, &err), &err);
	environment->signoff.solo = solo;
	const Procedure *procedure = playbook_find_procedure(playbook, "failover");
	cr_assert(procedure);
	Walk walk = { environment, script_incident(script), NULL, playbook, procedure };
	Json *json = walk_outline(&walk);
	/* The path of the source tree must not show in pictures. */
	json_add_string(json_get_mutable(json, "playbook"), "path", "failover.md");
	Json *reply = json_new_object();
	json_add_string(reply, "path", "failover.md");
	json_add_string(reply, "sha256", playbook->sha256);
	json_add_string(reply, "bytes", playbook->bytes);
	script_reply_json(script, "playbook", reply);
	script_frame(script, "{'t':'playbooks','list':[{'path':'failover.md','title':'OCW content: fail over','id':'ocw-failover',"
		"'sha256':'%s','procedures':[{'id':'failover','title':'OCW content: fail over','steps':7,'gates':2,'actions':4}]}]}",
		playbook->sha256);
	return json;
}

static void welcome(Script *script, const char *kind, const char *about)
{
	script_frame(script, "{'t':'welcome','protocol':1,'environment':{'name':'" ENVIRONMENT "','kind':'%s','objective_ms':3600000,"
		"'roles':['product','engineering'],'keys':[],'validity_ms':900000,'people':["
		"{'name':'eng-oncall','roles':['engineering']},{'name':'prod-oncall','roles':['product']}],'values':{'site':'live'},"
		"%s},'you':{'who':'eng-oncall','how':'uid','roles':['engineering']},'engine':{'pid':1,'started':0},'state_folder':'/nowhere'}", kind, about);
	script_frame(script, "{'t':'presence','people':[{'who':'eng-oncall','terminal':'pts/1','you':true},"
		"{'who':'prod-oncall','terminal':'pts/2','you':false}]}");
}

Script *story_quiet(void)
{
	Script *script = script_new();
	welcome(script, "live", "'damage':{'live':'live bucket','backup':'backup job','bucket':'backup bucket','since':'since'}");
	return script;
}

Script *story_briefed(void)
{
	Script *script = script_new();
	welcome(script, "drill", "'briefing':{'story':'The name servers of the old registrar answer no more. Students still reach the school as long as caches hold "
		"its addresses, which is an hour at most. The new registrar has the zone already.','procedure':'a'}");
	return script;
}

static Script *begun(bool solo)
{
	Script *script = story_quiet();
	script_record(script, "eng-oncall", 9 * MINUTE + 5000, "declare", "{'incident':'i1','title':'mass publish',"
		"'environment':'" ENVIRONMENT "','drill':true,'objective_ms':3600000,'commander':'eng-oncall'}");
	AUTO(Json) *start = outline(script, solo);
	script_record_json(script, "eng-oncall", 9 * MINUTE, "start", start);
	script_record(script, "eng-oncall", 8 * MINUTE, "set", "{'run':'r1','name':'since','value':'2026-11-21T22:51:00Z'}");
	script_record(script, "eng-oncall", 8 * MINUTE, "set", "{'run':'r1','name':'damaged','value':'14'}");
	script_reply(script, "preview", "{'rows':[],'values':[],'failed_guards':[]}");
	return script;
}

Script *story_begun(void)
{
	return begun(false);
}

Script *story_begun_solo(void)
{
	return begun(true);
}

/* ---- further on ---- */

static void plan(Script *script, int64_t age_ms, const char *step, const char *json)
{
	AUTO(Json) *args = script_json("{'run':'r1','step':'%s','index':0,'digest':'%s','undo':false}", step, DIGEST);
	json_add(args, "plan", script_json("%s", json));
	script_record_json(script, "engine", age_ms, "planned", args);
}

static void apply(Script *script, int64_t age_ms, const char *step, const char *confirm)
{
	const Run *run = incident_find_run(script_incident(script), "r1");
	AUTO(Json) *args = script_json("{'run':'r1','step':'%s','index':0,'digest':'%s','confirm':'%s','subjects':{}}", step, DIGEST, confirm);
	for (size_t i = 0; i < run->gate_count; i++)
		json_add_string(json_get_mutable(args, "subjects"), run->gates[i].id, run->gates[i].subject);
	json_add_string(args, "terminal", "/dev/pts/3");   /* counts only where a plan wants one */
	script_record_json(script, "eng-oncall", age_ms, "apply", args);
}

static void finish(Script *script, int64_t age_ms, const char *fields)
{
	script_record(script, "engine", age_ms, "finished", "{'action':%zu,'outcome':'done','began':true,%s}",
		script_incident(script)->action_count, fields);
}

void story_paused(Script *script)
{
	script_record(script, "engine", 7 * MINUTE, "checked", "{'run':'r1','step':'1','index':0,'ok':true,'text':'succeeded, ended 03:12Z'}");
	plan(script, 6 * MINUTE, "2", "{'action':'concourse.pause','target':'pipeline backup','changes':[{'what':'pipeline backup',"
		"'from':'runs','to':'paused'}]}");
	apply(script, 6 * MINUTE, "2", "yes");
	finish(script, 6 * MINUTE, "'verified':'yes','evidence':'paused'");
	script_record(script, "engine", 6 * MINUTE, "checked", "{'run':'r1','step':'2','index':0,'ok':true,'text':'paused'}");
}

void story_sign(Script *script, const char *gate, const char *role, const char *person, const char *decision, const char *reason)
{
	script_record(script, person, 4 * MINUTE, "sign", "{'run':'r1','gate':'%s','role':'%s','person':'%s','decision':'%s','reason':'%s',"
		"'subject':'%s','key':'SHA256:%c3xWv9Qe8s7R2tYpLmKjHgFdSaZxCvBnMqWeRtYuIo','method':'agent','statement':'text','signature':'sig',"
		"'expires':%lld,'checkpoint':%lld}", gate, role, person, decision, reason, SUBJECT, *person,
		(long long) SCRIPT_NOW_MS + 11 * MINUTE, (long long) script_incident(script)->seq);
}

void story_cloned(Script *script)
{
	story_paused(script);
	script_record(script, "engine", 5 * MINUTE, "ask", "{'run':'r1','gate':'break-glass','subject':'%s','lines':["
		"'3 Decide together','4.1 Find the service: fastly.clone service=ocw-live version=active',"
		"'4.2 Hosts: fastly.replace service=ocw-live','4.3 Activate: fastly.activate service=ocw-live']}", SUBJECT);
	story_sign(script, "break-glass", "product", "prod-oncall", "yes", "agreed on the bridge");
	story_sign(script, "break-glass", "engineering", "eng-oncall", "yes", "14 courses are broken");
	script_record(script, "eng-oncall", 3 * MINUTE, "tick", "{'run':'r1','step':'3'}");
	plan(script, 3 * MINUTE, "4.1", "{'action':'fastly.clone','target':'fastly service ocw-live','changes':[{'what':'new draft','from':null,"
		"'to':'a copy of v76'}]}");
	apply(script, 3 * MINUTE, "4.1", "yes");
	finish(script, 3 * MINUTE, "'verified':'yes','evidence':'v77 is a draft','value':'77'");
}

void story_hosts_planned(Script *script)
{
	story_cloned(script);
	plan(script, 20000, "4.2", "{'action':'fastly.replace','target':'fastly service ocw-live, draft v77','changes':["
		"{'what':'backend origin-s3 address','from':'ocw-live.s3.amazonaws.com','to':'ocw-backup-live.s3.amazonaws.com'},"
		"{'what':'backend origin-s3 override host','from':'ocw-live.s3.amazonaws.com','to':'ocw-backup-live.s3.amazonaws.com'},"
		"{'what':'health check origin-s3 host','from':'ocw-live.s3.amazonaws.com','to':'ocw-backup-live.s3.amazonaws.com'}],"
		"'preconditions':['v76 is active'],'warnings':['still naming ocw-live: dictionary redirects, 1 item. It is not versioned.'],"
		"'undo':'leave the draft: it serves nobody until it is activated','manual':'fastly backend update --version 77 --name origin-s3',"
		"'request':'PUT /service/ocw-live/version/77/backend/origin-s3'}");
	script_reply(script, "preview", "{'rows':[{'index':0,'verb':'fastly.replace','label':'fastly.replace','risk':'change','also':false,"
		"'args':{'service':'ocw-live','version':'77','in':'backends','from':'ocw-live','to':'ocw-backup-live'},'ready':true,'missing':[]}],"
		"'values':[{'name':'draft','value':'77'},{'name':'site','value':'live'}],'failed_guards':[]}");
}

void story_hosts_started(Script *script)
{
	story_hosts_planned(script);
	apply(script, 10000, "4.2", "yes");
}

void story_lent(Script *script)
{
	story_cloned(script);
	plan(script, 20000, "4.2", "{'action':'command.run','target':'your own terminal on bastion:/srv/service','args':{'terminal':'yes','text':'bin/konduit.sh -x service -- psql'},'changes':["
		"{'what':'run bin/konduit.sh -x service -- psql'}],'warnings':['it runs in your own terminal, with your own rights; what it prints is recorded: keep secrets off the screen'],"
		"'manual':'bin/konduit.sh -x service -- psql'}");
	script_reply(script, "preview", "{'rows':[{'index':0,'verb':'command.run','label':'bin/konduit.sh -x service -- psql','risk':'change','also':false,"
		"'args':{'text':'bin/konduit.sh -x service -- psql','terminal':'yes'},'ready':true,'missing':[]}],'values':[],'failed_guards':[]}");
	apply(script, 10000, "4.2", "yes");
}

void story_activate_asked(Script *script)
{
	story_hosts_started(script);
	finish(script, 9000, "'verified':'yes','evidence':'3 of 3 changed'");
	plan(script, 8000, "4.3", "{'action':'fastly.activate','target':'fastly service ocw-live, v77','confirm_name':'ocw-live','changes':["
		"{'what':'active version','from':'v76','to':'v77'},"
		"{'what':'backend origin-s3 address','from':'ocw-live.s3.amazonaws.com','to':'ocw-backup-live.s3.amazonaws.com'}],"
		"'undo':'activate v76 again','manual':'fastly service-version activate --version 77'}");
	script_record(script, "engine", 60000, "ask", "{'run':'r1','gate':'activate','subject':'%s','lines':["
		"'fastly.activate on fastly service ocw-live, v77, plan sha256:%s','active version: v76 -> v77',"
		"'backend origin-s3 address: ocw-live.s3.amazonaws.com -> ocw-backup-live.s3.amazonaws.com']}", SUBJECT, DIGEST);
	script_reply(script, "preview", "{'rows':[{'index':0,'verb':'fastly.activate','label':'fastly.activate','risk':'destructive','also':false,"
		"'args':{'service':'ocw-live','version':'77'},'ready':true,'missing':[]}],'values':[{'name':'draft','value':'77'}],"
		"'failed_guards':[]}");
}

void story_activated(Script *script)
{
	story_activate_asked(script);
	story_sign(script, "activate", "product", "prod-oncall", "yes", "");
	story_sign(script, "activate", "engineering", "eng-oncall", "yes", "looked at the difference");
	apply(script, 2 * MINUTE, "4.3", "ocw-live");
	finish(script, 90000, "'verified':'yes','evidence':'v77 is active','value':'76'");
}

/* ---- the console ---- */

Terminal *story_console(Script *script, TempFolder *folder, const char *keys, const char *text)
{
	return story_console_on(script, folder, &(TerminalOptions){ 0 }, keys, text);
}

char *story_command(Script *script, TempFolder *folder)
{
	AUTO_FREE char *program = build_path("breakglass");
	AUTO_FREE char *environment = fixture("environment.yaml");
	const char *state = temp_path(folder, "state");
	script_start(script, state, ENVIRONMENT);
	return bg_asprintf("BREAKGLASS_TEST_CLOCK=%lld exec %s --env %s --state %s", (long long) SCRIPT_NOW_MS, program, environment, state);
}

Terminal *story_console_on(Script *script, TempFolder *folder, const TerminalOptions *kind, const char *keys, const char *text)
{
	AUTO_FREE char *program = build_path("breakglass");
	AUTO_FREE char *environment = fixture("environment.yaml");
	const char *state = temp_path(folder, "state");
	char clock[64];
	snprintf(clock, sizeof(clock), "BREAKGLASS_TEST_CLOCK=%lld", (long long) SCRIPT_NOW_MS);
	script_start(script, state, ENVIRONMENT);
	const char *const argv[] = { program, "--env", environment, "--state", state, NULL };
	const char *const variables[] = { clock, kind->environment ? kind->environment[0] : NULL, NULL };
	TerminalOptions options = { .argv = argv, .columns = 80, .rows = 24, .environment = variables, .speed = kind->speed,
		.type = kind->type };
	Terminal *terminal = terminal_start(&options);
	terminal_wait_text(terminal, "eng-oncall/E");
	terminal_keys(terminal, keys);
	terminal_wait_text(terminal, text);
	return terminal;
}

void story_pictures(Terminal *terminal, const char *name)
{
	static const struct { int columns, rows; } sizes[] = { { 80, 24 }, { 120, 40 }, { 40, 15 } };
	for (size_t i = 0; i < BG_LENGTH(sizes); i++) {
		AUTO_FREE char *picture = bg_asprintf("%s-%dx%d", name, sizes[i].columns, sizes[i].rows);
		if (i)
			terminal_resize(terminal, sizes[i].columns, sizes[i].rows);
		terminal_expect_golden(terminal, picture);
	}
}
