/* test_hosted_walk.c: the verification of a hosted project's backup against the sandbox, from the declaration to the closed ledger. */
#include <string.h>
#include "core/transport/http.h"
#include "school.h"

#define RUN(step, part) {"plan " step, "", 0}, {"apply " step " --yes", part, 0}

static const Line RESTORE[] = {
	{"declare the~backup~is~due --drill", "", 0},
	{"start hosted-verification", "", 0},
	RUN("1", "exit 0"),
};

static const Line SITE[] = {
	{"plan 2", "deploy.db-restore", 0}, {"apply 2 --confirm dr --sure", "exit 0", 0},
	RUN("3", "registry.sandbox/project:main-7fd1a60"),
	{"set tag main-7fd1a60", "", 0},
	RUN("4", "exit 0"), {"look 4", "status 200", 0},
};

static const Line END[] = {
	{"tick 5", "", 0}, {"tick 6", "", 0}, {"tick 7", "", 0},
	{"look 8", "10 ", 0}, {"tick 8 --sure", "", 0},
	{"plan 9", "project-dr", 0}, {"apply 9 --confirm project-dr --sure", "0 wanted", 0},
	{"look 10", "", 0}, {"tick 10 --sure", "", 0},
	{"ledger", "closed  dr-running", 0},
	{"end", "archive-here", 1},
	{"tick 11", "", 0},
	{"end", "", 0},
	{"verify", "", 0},
};

static void expect_page(const School *school, const char *part) {
	AUTO(HttpClient) *client = NULL;
	AUTO_CLEAR(HttpResponse) answer = {0};
	Error err = {0};
	HttpRequest request = {.method = "GET", .url = sandbox_url(school->sandbox, "dr")};
	assert_ok(http_client_new(NULL, &client, &err) && http_request(client, &request, &answer, &err), &err);
	cr_expect(strstr(buf_text(&answer.body), part), "expected \"%s\": %s", part, buf_text(&answer.body));
}

/* As step 1 says: the name of what it wrote is noted. */
static void set_archive(School *school) {
	Str said = str_from(school->scene.said), name;
	ptrdiff_t at = str_find(said, "wrote ");
	cr_assert(at >= 0, "%s", school->scene.said);
	said = str_slice(said, (size_t) at + strlen("wrote "), said.len);
	cr_assert(str_split(&said, '\n', &name));
	AUTO_FREE char *line = bg_asprintf("set filename %.*s", STR_ARG(name));
	school_line(school, &(Line){line, "", 0});
}

Test(hosted_walk, a_backup_is_restored_looked_at_and_turned_off_again) {
	AUTO_CLEAR(School) school = {0};
	school_open(&school, "hosted-verify");
	expect_page(&school, "503 Service Temporarily Unavailable");
	school_walk(&school, RESTORE, BG_LENGTH(RESTORE));
	set_archive(&school);
	school_walk(&school, SITE, BG_LENGTH(SITE));
	expect_page(&school, "240 pages. This is the disaster recovery site, main-7fd1a60.");
	school_walk(&school, END, BG_LENGTH(END));
	expect_page(&school, "503 Service Temporarily Unavailable");
}

Test(hosted_walk, try_tells_the_story_and_nothing_is_red) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(ProgramRun) run = {0};
	AUTO_FREE char *program = build_path("breakglass");
	AUTO_FREE char *where = bg_asprintf("--folder=%s/drill", folder.path);
	run_program((const char *const[]){program, "try", "hosted-verify", where, NULL}, "board\n", NULL, &run);
	cr_expect(str_starts(buf_str(&run.out), "Nothing is wrong, and nobody has restored a backup"), "%s", buf_text(&run.out));
	cr_expect(strstr(buf_text(&run.out), "warn: disaster recovery: scaled to 0") && !strstr(buf_text(&run.out), "fail: "), "%s", buf_text(&run.out));
}
