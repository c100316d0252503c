/* board_story.c: see board_story.h. */
#include "board_story.h"

#include "core/base/alloc.h"

#define SECOND 1000
#define MINUTE 60000
#define HOUR (60 * MINUTE)

typedef struct Told {
	const char *name, *probe, *system, *state, *text, *reason;
	int64_t age_ms, budget_ms;
	const char *facts;           /* quoted, or "" */
	const char *was;             /* the state before, for one that is unknown; NULL = never known */
	int64_t was_ago_ms;
} Told;

static void tell(Script *script, const Told *told)
{
	AUTO_FREE char *facts = bg_asprintf("{%s}", told->facts ? told->facts : "");
	AUTO_FREE char *reason = told->reason ? bg_asprintf(",'reason':'%s'", told->reason) : bg_strdup("");
	AUTO_FREE char *last = told->was ? bg_asprintf(",'last_state':'%s','last_text':'it was well','last_time':%lld", told->was,
		(long long) (SCRIPT_NOW_MS - told->was_ago_ms)) : bg_strdup("");
	script_frame(script, "{'t':'reading','reading':{'name':'%s','probe':'%s','system':'%s','state':'%s','text':'%s','taken':%lld,'elapsed_ms':212,"
		"'budget_ms':%lld,'by_name':false,'facts':%s%s%s}}", told->name, told->probe, told->system, told->state, told->text,
		(long long) (SCRIPT_NOW_MS - told->age_ms), (long long) told->budget_ms, facts, reason, last);
}

/* The backup ran from 03:00Z to 03:12Z; the newest change in the live bucket is `live_ago_ms` old, the next run `next_ms` away. */
static void tell_systems(Script *script, const char *pipeline, int64_t live_ago_ms, int64_t next_ms)
{
	AUTO_FREE char *job = bg_asprintf("'pipeline':'backup','last_status':'succeeded','good_start':%lld,'good_end':%lld,'last_start':%lld,"
		"'next_run':%lld", (long long) SCRIPT_NOW_MS - 20 * HOUR, (long long) SCRIPT_NOW_MS - 20 * HOUR + 12 * MINUTE,
		(long long) SCRIPT_NOW_MS - 20 * HOUR, (long long) (SCRIPT_NOW_MS + next_ms));
	AUTO_FREE char *live = bg_asprintf("'bucket':'ocw-live','newest':%lld,'count':41896", (long long) (SCRIPT_NOW_MS - live_ago_ms));
	const Told all[] = {
		{ .name = "backup job", .probe = "concourse.job", .system = "ci", .state = "ok", .text = "succeeded, ended Nov 21 03:12Z, 19 h ago",
			.age_ms = 30 * SECOND, .budget_ms = 2 * MINUTE, .facts = job },
		{ .name = "backup pipeline", .probe = "concourse.pipeline", .system = "ci", .state = text_eq(pipeline, "not paused") ? "ok" : "warn",
			.text = pipeline, .age_ms = 30 * SECOND, .budget_ms = 2 * MINUTE, .facts = "'pipeline':'backup','paused':false" },
		{ .name = "backup bucket", .probe = "s3.bucket", .system = "content", .state = "ok", .text = "newest 22 h, 41,882 objects, 318 GiB",
			.age_ms = 2 * MINUTE, .budget_ms = 10 * MINUTE, .facts = "'bucket':'ocw-backup-live'" },
		{ .name = "live bucket", .probe = "s3.bucket", .system = "content", .state = "ok", .text = "newest 9 m, 41,896 objects, 318 GiB",
			.age_ms = 2 * MINUTE, .budget_ms = 10 * MINUTE, .facts = live },
		{ .name = "fastly live", .probe = "fastly.service", .system = "cdn", .state = "ok", .text = "v76 serves ocw-content-live-production",
			.age_ms = 30 * SECOND, .budget_ms = 2 * MINUTE },
	};
	for (size_t i = 0; i < BG_LENGTH(all); i++)
		tell(script, &all[i]);
}

void board_is_well(Script *script)
{
	const Told pages = { .name = "site pages", .probe = "http", .system = "site", .state = "ok", .text = "all of 40 sampled pages are well",
		.age_ms = 12 * SECOND, .budget_ms = MINUTE };
	const Told drill = { .name = "drill", .probe = "drill", .system = "", .state = "ok", .text = "last one 41 days ago, due every 92",
		.age_ms = HOUR, .budget_ms = 24LL * HOUR };
	tell(script, &pages);
	tell_systems(script, "not paused", 9 * MINUTE, 4 * HOUR);
	tell(script, &drill);
}

void board_is_red(Script *script)
{
	const Told pages = { .name = "site pages", .probe = "http", .system = "site", .state = "fail", .text = "14 of 40 sampled pages are broken",
		.reason = "first: https://ocw.example/courses/negotiation/: no Course Description", .age_ms = 12 * SECOND, .budget_ms = MINUTE,
		.facts = "'sampled':40,'broken':14,'first':['/courses/negotiation/','/courses/thermodynamics/']" };
	const Told drill = { .name = "drill", .probe = "drill", .system = "", .state = "ok", .text = "last one 113 days ago, due every 92",
		.age_ms = 25LL * HOUR, .budget_ms = 24LL * HOUR };
	const Told node = { .name = "node4 backup", .probe = "http", .system = "node4", .state = "unknown", .text = "no answer for 41 s",
		.reason = "connection timed out after 10 s", .age_ms = 41 * SECOND, .budget_ms = MINUTE, .was = "ok", .was_ago_ms = 2 * MINUTE };
	tell(script, &pages);
	tell_systems(script, "not paused, next run in 1 m 48 s", 9 * MINUTE, 108 * SECOND);
	tell(script, &drill);
	tell(script, &node);
}

void board_is_too_late(Script *script)
{
	board_is_red(script);
	AUTO_FREE char *facts = bg_asprintf("'bucket':'ocw-backup-live','newest':%lld", (long long) (SCRIPT_NOW_MS - 5 * MINUTE));
	const Told bucket = { .name = "backup bucket", .probe = "s3.bucket", .system = "content", .state = "ok",
		.text = "newest 5 m, 41,896 objects, 318 GiB", .age_ms = 2 * MINUTE, .budget_ms = 10 * MINUTE, .facts = facts };
	tell(script, &bucket);
}

void board_is_on_backup(Script *script)
{
	board_is_well(script);
	const Told service = { .name = "fastly live", .probe = "fastly.service", .system = "cdn", .state = "warn",
		.text = "v77 serves the BACKUP bucket, ocw-backup-live", .reason = "it should serve ocw-live", .age_ms = 30 * SECOND,
		.budget_ms = 2 * MINUTE, .facts = "'active':77,'serves_backup':true" };
	tell(script, &service);
}

void board_has_playbooks(Script *script)
{
	script_frame(script, "{'t':'playbooks','list':[{'path':'failback.md','title':'OCW content: go back to the real buckets','id':'ocw-failback','sha256':'aa',"
		"'procedures':[{'id':'failback','title':'OCW content: go back to the real buckets','steps':6,'gates':1,'actions':3}]},"
		"{'path':'failover.md','title':'OCW content: fail over','id':'ocw-failover','sha256':'bb','procedures':["
		"{'id':'failover','title':'OCW content: fail over','steps':7,'gates':2,'actions':4}]},"
		"{'path':'dns.md','title':'DNS','id':'dns','sha256':'cc','procedures':[{'id':'a','title':'Move the zone','steps':3,'gates':0,'actions':0},"
		"{'id':'b','title':'Move it back','steps':3,'gates':0,'actions':0}]}]}");
}

void board_is_blind(Script *script)
{
	static const char *const NAMES[] = { "site pages", "backup job", "backup pipeline", "live bucket" };
	static const char *const PROBES[] = { "http", "concourse.job", "concourse.pipeline", "s3.bucket" };
	for (size_t i = 0; i < BG_LENGTH(NAMES); i++) {
		const Told told = { .name = NAMES[i], .probe = PROBES[i], .system = i ? i < 3 ? "ci" : "content" : "site", .state = "unknown",
			.text = "cannot be reached", .reason = "no route to host", .age_ms = 20 * SECOND, .budget_ms = MINUTE,
			.was = i == 3 ? NULL : "ok", .was_ago_ms = 3 * MINUTE };
		tell(script, &told);
	}
}

void board_is_long(Script *script)
{
	for (int i = 1; i <= 40; i++) {
		AUTO_FREE char *name = bg_asprintf("node%02d", i);
		const Told told = { .name = name, .probe = "http", .system = "nodes", .state = i == 17 ? "fail" : "ok",
			.text = i == 17 ? "refused" : "load 0.4, mem 41 %", .age_ms = 3 * MINUTE, .budget_ms = 10 * MINUTE };
		tell(script, &told);
	}
}

void board_has_a_gate(Script *script)
{
	tell(script, &(Told) { .name = "behind", .probe = "node.machine", .system = "", .state = "unknown",
		.text = "the host key of the jump host gate is not known: it shows SHA256:q3xW", .reason = "compare it with ssh-keygen -lf on the console of gate",
		.age_ms = MINUTE, .budget_ms = 10 * MINUTE, .facts = "'address':'506:1a::9','role':'worker','outcome':'host key unknown','host_key':'SHA256:q3xW',"
		"'host_key_line':'ssh-ed25519 AAAA','host_key_of':'[10.0.0.1]:2222'" });
}

void board_has_nodes(Script *script)
{
	static const struct { const char *name, *state, *text, *reason, *facts; } odd[] = {
		{ "node17", "fail", "connection refused", "the machine is up: is sshd running there, and on this port?", "'outcome':'refused'" },
		{ "node31", "fail", "its host key changed: it shows SHA256:q3xW, known is SHA256:77ad", "was it rebuilt? compare on its console", "'outcome':'host key changed',"
			"'host_key':'SHA256:q3xW','host_key_line':'ssh-ed25519 AAAA','host_key_known':'SHA256:77ad'" },
		{ "node08", "unknown", "no route to node08, its peer tcp://192.0.2.7:9651 is dead", "nothing answered at the address in 5 s; its LAN address 192.168.1.8: "
			"timed out", "'outcome':'timed out','overlay':'no route, peer dead','lan':'timed out'" },
		{ "node22", "warn", "load 0.4, memory 41 %, disk / 91 %", "disk / is 91 % full; its clock is 7 s behind of ours", "'outcome':'answered','load':40,'memory':41,"
			"'disk':91,'clock':-7000" },
	};
	for (int i = 1; i <= 142; i++) {
		AUTO_FREE char *name = bg_asprintf("node%02d", i);
		AUTO_FREE char *known = bg_asprintf("'address':'506:1a::%d','role':'%s'", i, i % 20 == 8 ? "master" : "worker");
		AUTO_FREE char *well = bg_asprintf("%s,'outcome':'answered','load':%d,'memory':41,'disk':%d,'clock':100", known, i % 7, i % 50);
		Told told = { .name = name, .probe = "node.machine", .system = "", .state = "ok", .text = "load 0.4, memory 41 %, disk / 22 %, up 12 days",
			.age_ms = MINUTE, .budget_ms = 10 * MINUTE, .facts = well };
		AUTO_FREE char *facts = NULL;
		for (size_t k = 0; k < BG_LENGTH(odd); k++) {
			if (!text_eq(name, odd[k].name))
				continue;
			facts = bg_asprintf("%s,%s", known, odd[k].facts);
			told.state = odd[k].state;
			told.text = odd[k].text;
			told.reason = odd[k].reason;
			told.facts = facts;
			told.was = text_eq(told.state, "unknown") ? "ok" : NULL;
			told.was_ago_ms = 2 * MINUTE;
		}
		tell(script, &told);
	}
}
