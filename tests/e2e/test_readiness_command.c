/* test_readiness_command.c: `breakglass check --environment` as somebody types it in quiet times. */
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/moment.h"
#include "school.h"
#include "tests/support/loopback.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

#define ENVIRONMENT "name: shop\nkind: drill\nplaybooks: [shop.md]\n"
#define PAGE "<!-- bg\nplaybook id=shop review=2099-01-01\n-->\n# Shop\n\n1. Stop it.\n   ```sh\n   "

static void check(TempFolder *folder, const char *question, bool json, ProgramRun *ret) {
	AUTO_FREE char *program = build_path("breakglass");
	const char *argv[] = {program, "--env", temp_path(folder, "environment.yaml"), "--state", temp_path(folder, "state"), json ? "--json" : "--line", "check",
		"--environment", question, NULL};
	run_program(argv, NULL, NULL, ret);
}

Test(readiness_command, what_is_missing_is_told_with_its_place_and_the_way_out) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(ProgramRun) missing = {0};
	AUTO_CLEAR(ProgramRun) there = {0};
	AUTO_CLEAR(ProgramRun) json = {0};
	AUTO_CLEAR(ProgramRun) unknown = {0};
	(void) temp_write(&folder, "environment.yaml", ENVIRONMENT);
	(void) temp_write(&folder, "shop.md", PAGE "no-such-tool\n   ```\n");
	check(&folder, NULL, false, &missing);
	const char *out = buf_text(&missing.out);
	cr_expect_eq(missing.status, 1, "%s", out);
	cr_expect(strstr(out, "missing  tools: no-such-tool is not on PATH (shop.md:8)\n           install it here"), "%s", out);
	cr_expect(strstr(out, "ok       systems: every playbook can be walked here"), "%s", out);
	cr_expect(strstr(out, "warn     drills: no drill was walked to its end yet"), "%s", out);
	check(&folder, "tools", true, &json);
	cr_expect(strstr(buf_text(&json.out), "\"what\": \"no-such-tool is not on PATH\""), "%s", buf_text(&json.out));
	check(&folder, "tolls", false, &unknown);
	cr_expect(strstr(buf_text(&unknown.err), "the questions are systems, credentials, permissions, expiry, tools"), "%s", buf_text(&unknown.err));
	(void) temp_write(&folder, "shop.md", PAGE "cat /dev/null\n   ```\n");
	check(&folder, "tools", false, &there);
	cr_expect_eq(there.status, 0, "%s", buf_text(&there.out));
	cr_expect(strstr(buf_text(&there.out), "ok       tools: every tool of the playbooks is on PATH\nok       tools: cat is /"), "%s", buf_text(&there.out));
}

/* A GitHub whose token has not the scope that the playbook's action needs, and ends soon. */
static void answer(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	char iso[WALL_TEXT_SIZE];
	(void) userdata;
	(void) wall_format_iso((WallTime){wall_now().ms + 3 * 86400000LL + 3600000}, iso);
	reply->status = 200;
	buf_printf(&reply->headers, "X-OAuth-Scopes: read:org\r\ngithub-authentication-token-expiration: %.10s %.8s UTC\r\n", iso, iso + 11);
	buf_puts(&reply->body, strstr(request->target, "/repos/") ? "{\"full_name\":\"octo/app\",\"private\":true,\"permissions\":{\"admin\":true}}" : "{}");
}

Test(readiness_command, a_right_that_is_missing_is_told_before_the_night) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(ProgramRun) permissions = {0};
	AUTO_CLEAR(ProgramRun) expiry = {0};
	Loopback *server = loopback_start(answer, NULL);
	AUTO_FREE char *environment = bg_asprintf(ENVIRONMENT "systems:\n  hub:\n    provider: github\n    url: %s\n    repository: octo/app\n    token: { file: token }\n",
		loopback_url(server));
	(void) temp_write(&folder, "environment.yaml", environment);
	cr_assert_eq(chmod(temp_write(&folder, "token", "hush-hush\n"), 0600), 0);
	(void) temp_write(&folder, "shop.md", "<!-- bg\nplaybook id=shop review=2099-01-01\n-->\n# Shop\n\n1. Freeze it.\n   <!-- bg do github.protection approvals=6 -->\n");
	check(&folder, "permissions", false, &permissions);
	const char *out = buf_text(&permissions.out);
	cr_expect_eq(permissions.status, 1, "%s", out);
	cr_expect(strstr(out, "missing  permissions: hub may not change the protection of branches of octo/app: its scopes are read:org; repo is not among them (shop.md:7)\n"
		"           make a token with the scope repo"), "%s", out);
	check(&folder, "expiry", false, &expiry);
	cr_expect_eq(expiry.status, 0, "%s", buf_text(&expiry.out));
	cr_expect(strstr(buf_text(&expiry.out), "warn     expiry: the credential of hub ends ") && strstr(buf_text(&expiry.out), "in 3 days"), "%s", buf_text(&expiry.out));
	loopback_free(server);
}

/* What the board of each drill ground asks of itself: all of it can be asked, and is well. */
Test(readiness_command, the_drill_grounds_are_ready_for_what_they_can_be_asked) {
	static const struct { const char *scenario; bool machines; const char *says; } GROUNDS[] = {
		{"ocw-healthy", false, "cdn may make and activate versions of the service ocw-live"},
		{"service-healthy", false, "the credential of backups counts until"},
		{"hosted-verify", false, "cluster may update deployments.apps/scale in project-dr"},
		{"openedx-healthy", true, "couch may set up the cluster"},
	};
	for (size_t i = 0; i < BG_LENGTH(GROUNDS); i++) {
		AUTO_CLEAR(School) school = {0};
		if (GROUNDS[i].machines)
			school_begin(&school, GROUNDS[i].scenario);
		else
			school_open(&school, GROUNDS[i].scenario);
		school_line(&school, &(Line){"check --environment credentials permissions expiry files reviews", GROUNDS[i].says, 0});
		cr_expect(!strstr(school.scene.said, "\nunknown") && !strstr(school.scene.said, "\nmissing") && !strstr(school.scene.said, "\nwarn"), "%s: %s",
			GROUNDS[i].scenario, school.scene.said);
	}
}
