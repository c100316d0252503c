/* test_readiness_command.c: `breakglass check --environment` as somebody types it in quiet times. */
#include <stdlib.h>

#include "core/base/alloc.h"
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
	cr_expect(strstr(buf_text(&unknown.err), "the questions are systems, credentials, tools"), "%s", buf_text(&unknown.err));
	(void) temp_write(&folder, "shop.md", PAGE "cat /dev/null\n   ```\n");
	check(&folder, "tools", false, &there);
	cr_expect_eq(there.status, 0, "%s", buf_text(&there.out));
	cr_expect(strstr(buf_text(&there.out), "ok       tools: every tool of the playbooks is on PATH\nok       tools: cat is /"), "%s", buf_text(&there.out));
}
