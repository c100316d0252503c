/* Between signing and acting: a key is revoked, runs out, is taken from the list; what counted then counts still, or no more, as the signer's
 * time decides. And gates that want more people than roles. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "scene.h"
#include "tests/support/faults.h"

static const char BOOK[] =
	"# Signing\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Count once.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/one\n"
	"   ```\n"
	"   <!-- bg gate danger roles=product,engineering distinct=yes -->\n"
	"2. Rest.\n";

/* Of bob's line after he signed; SIGNED is the second in which he did, BEFORE and AFTER the ones beside it. */
typedef struct Case { const char *name, *options, *why; bool keyless, revoked; } Case;
static const Case CASES[] = {
	{.name = "nothing changed"},
	{.name = "the key ran out since", .options = "valid-before=\"AFTER\" "},
	{.name = "the key ran out before", .options = "valid-before=\"BEFORE\" ", .why = "time had passed when it signed"},
	{.name = "the key begins later", .options = "valid-after=\"AFTER\" ", .why = "time had not come when it signed"},
	{.name = "the key began as it signed", .options = "valid-after=\"SIGNED\" "},
	{.name = "the key is for git now", .options = "namespaces=\"git\" ", .why = "may not sign in the namespace"},
	{.name = "the key is gone", .keyless = true, .why = "nobody in"},
	{.name = "the key is revoked, though it counted when it signed", .revoked = true, .why = "is revoked"},
};

/* Of the last sign-off in the record. */
static WallTime signed_at(const Scene *scene) {
	AUTO_FREE char *incident = scene_incident(scene);
	AUTO_FREE char *path = bg_asprintf("%s/journal.jsonl", incident);
	AUTO_FREE char *text = read_text(path);
	const char *last = NULL;
	for (const char *at = text; (at = strstr(at, "\"signed\":")); at++)
		last = at;
	cr_assert(last, "nothing was signed");
	return (WallTime) {strtoll(last + strlen("\"signed\":"), NULL, 10)};
}

static char *stamp(WallTime time) {
	char iso[WALL_TEXT_SIZE];
	Buf digits = {0};
	for (const char *p = wall_format_iso(time, iso); *p && *p != '.'; p++)
		if (*p >= '0' && *p <= '9')
			buf_putc(&digits, *p);
	buf_putc(&digits, 'Z');
	return buf_take(&digits);
}

static void put_options(const Case *c, WallTime at, Buf *out) {
	static const struct { const char *word; int64_t away; } TIMES[] = {{"BEFORE", -1000}, {"AFTER", 1000}, {"SIGNED", 0}};
	const char *p = c->options ? c->options : "";
	while (*p) {
		size_t i = 0;
		while (i < BG_LENGTH(TIMES) && strncmp(p, TIMES[i].word, strlen(TIMES[i].word)) != 0)
			i++;
		if (i == BG_LENGTH(TIMES)) {
			buf_putc(out, *p++);
			continue;
		}
		AUTO_FREE char *digits = stamp((WallTime) {at.ms + TIMES[i].away});
		buf_puts(out, digits);
		p += strlen(TIMES[i].word);
	}
}

static void change_roster(Scene *scene, const Case *c) {
	const char *path = temp_path(&scene->folder, "allowed_signers");
	AUTO_FREE char *allowed = read_text(path);
	AUTO_CLEAR(Buf) out = {0};
	char *bob = strstr(allowed, "bob@example.org ");
	cr_assert(bob, "%s", allowed);
	const char *key = strstr(bob, "ssh-");
	buf_put_str(&out, (Str) {allowed, (size_t) (bob - allowed)});
	if (!c->keyless) {
		buf_puts(&out, "bob@example.org ");
		put_options(c, signed_at(scene), &out);
		buf_puts(&out, key);
	}
	temp_write(&scene->folder, "allowed_signers", buf_text(&out));
	if (c->revoked)
		temp_write(&scene->folder, "revoked", key);
}

Test(last_look, judges_each_key_at_the_time_of_signing_and_refuses_what_is_revoked) {
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		const Case *c = &CASES[i];
		AUTO_CLEAR(Scene) scene = scene_new(BOOK, "signoff: { revoked: revoked }\n");
		scene_make_keys(&scene);
		temp_write(&scene.folder, "revoked", "# nobody\n");
		scene_ok(&scene, "declare", "it broke");
		scene_ok(&scene, "start", "walk");
		scene_ok(&scene, "plan", "1");
		scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"));
		scene_ok(&scene, "sign", "1", "--role", "engineering", "--key", scene_key(&scene, "bob"));
		change_roster(&scene, c);
		/* Its time has really passed when it is acted. */
		int64_t over = signed_at(&scene).ms + 1000;
		while (c->options && strstr(c->options, "valid-before=\"AFTER") && wall_now().ms <= over)
			scene_ok(&scene, "ledger");
		int status = scene_run(&scene, "apply", "1", "--yes");
		cr_expect_eq(status, c->why ? 1 : 0, "%s: %d, %s", c->name, status, scene.said);
		cr_expect(!c->why || scene_says(&scene, c->why), "%s: %s", c->name, scene.said);
		cr_expect_eq(scene_lines(&scene, "one"), c->why ? 0 : 1, "%s", c->name);
	}
}

static Scene three_signers(void) {
	AUTO_FREE char *min = bg_strdup(BOOK);
	AUTO_CLEAR(Buf) book = {0};
	char *distinct = strstr(min, " distinct=yes");
	*distinct = '\0';
	buf_printf(&book, "%s min=3%s", min, distinct + strlen(" distinct=yes"));
	Scene scene = scene_new(buf_text(&book), "signoff: { revoked: revoked }\n");
	scene_make_keys(&scene);
	temp_write(&scene.folder, "revoked", "# nobody\n");
	AUTO_CLEAR(ProgramRun) run = {0};
	const char *carol = temp_path(&scene.folder, "carol"), *public_path = temp_path(&scene.folder, "carol.pub");
	run_program((const char *const[]){"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "carol", "-f", carol, NULL}, NULL, NULL, &run);
	AUTO_FREE char *key = read_text(public_path);
	AUTO_FREE char *allowed = read_text(temp_path(&scene.folder, "allowed_signers"));
	AUTO_FREE char *more = bg_asprintf("%scarol@example.org %s", allowed, key);
	temp_write(&scene.folder, "allowed_signers", more);
	AUTO_FREE char *text = read_text(scene.environment);
	char *signers = strstr(text, "signers:");
	AUTO_FREE char *changed = bg_asprintf("%.*s  - { name: carol, principal: carol@example.org, roles: [product] }\n%s", (int) (signers - text), text, signers);
	temp_write(&scene.folder, "environment.yaml", changed);
	return scene;
}

Test(last_look, a_gate_may_want_more_people_than_roles_and_judges_every_one) {
	AUTO_CLEAR(Scene) scene = three_signers();
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"));
	scene_ok(&scene, "sign", "1", "--role", "engineering", "--key", scene_key(&scene, "bob"));
	scene_refused(&scene, 1, "needs 1 more of product and engineering: 3 people have to agree", "apply", "1", "--yes");
	/* Nobody is counted twice. */
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"));
	scene_refused(&scene, 1, "needs 1 more", "apply", "1", "--yes");
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "carol"));
	/* ann's is not the newest of her role, and is looked at all the same. */
	AUTO_FREE char *ann = bg_asprintf("%s.pub", scene_key(&scene, "ann"));
	AUTO_FREE char *key = read_text(ann);
	temp_write(&scene.folder, "revoked", key);
	scene_refused(&scene, 1, "the sign-off of ann as product no longer counts", "apply", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 0);
	temp_write(&scene.folder, "revoked", "# nobody\n");
	scene_ok(&scene, "apply", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 1);
	scene_ok(&scene, "verify");
}

/* ---- certificates ---- */

#define HOUR_MS INT64_C(3600000)

/* bob has a certificate of one hour by the authority ca. */
static Scene certified_scene(void) {
	Scene scene = scene_new(BOOK, "signoff: { validity: 12h, plan-age: 12h }\n");
	AUTO_CLEAR(ProgramRun) made = {0};
	AUTO_CLEAR(ProgramRun) certified = {0};
	scene_make_keys(&scene);
	const char *ca = temp_path(&scene.folder, "ca");
	AUTO_FREE char *bob_public = bg_asprintf("%s.pub", scene_key(&scene, "bob"));
	AUTO_FREE char *bob = read_text(bob_public);
	temp_write(&scene.folder, "bob.line", bob);
	run_program((const char *const[]){"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ca", "-f", ca, NULL}, NULL, NULL, &made);
	run_program((const char *const[]){"ssh-keygen", "-q", "-s", ca, "-I", "bob at work", "-n", "bob@example.org", "-V", "-1h:+1h", bob_public, NULL}, NULL, NULL,
		&certified);
	cr_assert(made.status == 0 && certified.status == 0, "%s%s", buf_text(&made.err), buf_text(&certified.err));
	return scene;
}

/* ann's own line, and `options` (as above; NULL = none at all) for whom the authority vouches. */
static void write_signers(Scene *scene, const char *name, const char *options, WallTime at) {
	AUTO_FREE char *allowed = read_text(temp_path(&scene->folder, "allowed_signers"));
	AUTO_FREE char *authority = read_text(temp_path(&scene->folder, "ca.pub"));
	AUTO_CLEAR(Buf) out = {0};
	Case filled = {.options = options};
	Str rest = str_from(allowed), line = {0};
	cr_assert(str_next_line(&rest, &line) && str_starts(line, "ann@"));
	buf_put_str(&out, line);
	buf_putc(&out, '\n');
	if (options) {
		put_options(&filled, at, &out);
		buf_puts(&out, authority);
	}
	temp_write(&scene->folder, name, buf_text(&out));
}

/* `later`: what the worker reads, and the engine, which read its environment when it began, does not; NULL = nothing changes in between. */
typedef struct Certified { const char *name, *later, *why; bool gone; int64_t hours_before, hours_since; } Certified;
#define PLAIN "*@example.org cert-authority "
static const Certified CERTIFIED[] = {
	{.name = "nothing changed"},
	{.name = "the certificate ran out since: it counted when it signed", .hours_since = 2},
	{.name = "the certificate ran out before", .hours_before = 2, .why = "does not count now"},
	{.name = "the certificate's time has not come", .hours_before = -2, .why = "does not count now"},
	{.name = "the authority's time ran out since", .later = "*@example.org cert-authority,valid-before=\"AFTER\" "},
	{.name = "the authority's time ran out before", .later = "*@example.org cert-authority,valid-before=\"BEFORE\" ", .why = "time had passed when it signed"},
	{.name = "the authority vouches for others", .later = "*@example.com cert-authority ", .why = "the key is not bob@example.org's"},
	{.name = "the authority vouches for git", .later = "*@example.org cert-authority,namespaces=\"git\" ", .why = "may not sign in the namespace"},
	{.name = "the authority is gone", .gone = true, .why = "no cert-authority in"},
};

static void try_certified(const Certified *c, Faults *faults) {
	AUTO_CLEAR(Scene) scene = certified_scene();
	write_signers(&scene, "allowed_signers", PLAIN, wall_now());
	faults_state(faults)->clock_shift_ms = c->hours_before * HOUR_MS;
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"));
	int signed_status = scene_run(&scene, "sign", "1", "--role", "engineering", "--key", scene_key(&scene, "bob"));
	cr_assert_eq(signed_status, c->hours_before ? 1 : 0, "%s: %s", c->name, scene.said);
	if (c->hours_before) {
		cr_expect(scene_says(&scene, c->why), "%s: %s", c->name, scene.said);
	} else {
		AUTO_FREE char *text = read_text(scene.environment);
		AUTO_FREE char *named = bg_asprintf("%.*ssigners: later_signers\n%s", (int) (strstr(text, "signers:") - text), text, strstr(text, "signoff:"));
		write_signers(&scene, "later_signers", c->gone ? NULL : c->later ? c->later : PLAIN, signed_at(&scene));
		temp_write(&scene.folder, "environment.yaml", named);
		faults_state(faults)->clock_shift_ms = c->hours_since * HOUR_MS;
		int status = scene_run(&scene, "apply", "1", "--yes");
		cr_expect_eq(status, c->why ? 1 : 0, "%s: %d, %s", c->name, status, scene.said);
		cr_expect(!c->why || (scene_says(&scene, c->why) && scene_says(&scene, "the sign-off of bob as engineering no longer counts")
			&& scene_says(&scene, "action 1: stopped")), "%s: %s", c->name, scene.said);
	}
	cr_expect_eq(scene_lines(&scene, "one"), c->why ? 0 : 1, "%s", c->name);
	scene_end_engine(&scene, SIGTERM);
	faults_state(faults)->clock_shift_ms = 0;
}

Test(last_look, the_worker_judges_a_certificate_and_its_authority_at_the_time_of_signing) {
	Faults *faults = faults_begin();
	cr_assert(faults, "the shim was not built");
	for (size_t i = 0; i < BG_LENGTH(CERTIFIED); i++)
		try_certified(&CERTIFIED[i], faults);
	faults_end(faults);
}
