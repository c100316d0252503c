/* test_teacher_walk.c: the disaster pages of the teacher services against the sandbox's service, from the declaration to the closed ledger. */
#include "core/base/file.h"
#include "core/transport/http.h"
#include "school.h"
#include "tests/support/terminal.h"

#define RUN(step, part) {"plan " step, "", 0}, {"apply " step " --yes", part, 0}

static const Line LOSS_STOP[] = {
	{"declare most~applications~are~gone --drill", "", 0},
	{"start teacher-data-loss", "", 0},
	RUN("1", "exit 0"),
	RUN("2", "0 wanted"), {"look 2", "", 0},
	RUN("3", "0 wanted"), {"look 3", "", 0},
	{"tick 4", "", 0}, RUN("5", ""), {"tick 6", "", 0},
	RUN("7", ""), {"look 7", "", 0},
	RUN("8", "success"), {"look 8", "", 0},
};

static const Line LOSS_COPY[] = {
	RUN("9", "success"),
	{"set restore_time 1~hour~ago --yes", "Europe/London", 0},
	{"plan 10", "not known yet: confirm_production", 1},   /* nobody signs a run that is skipped because nobody was asked */
	{"set confirm_production false", "", 0},
	{"plan 10", "! Set confirm_production to true first", 0},
	SIGN("restore", "an~hour~ago~they~were~there"),
	{"apply 10 --yes", "Set confirm_production to true first", 1},
	{"set confirm_production true", "", 0},
	{"plan 10", "postgres-ptr.yml", 0},
	SIGN("restore", "it~is~production"),
	{"apply 10 --yes", "success", 0},
	RUN("11", "exit 0"), {"tick 11", "", 0}, {"plan 12", "your own terminal", 0}, {"plan 13", "your own terminal", 0},
};

/* At the copy of the server, and at the live one. */
static void look_at_data(const School *school, const char *step, const char *count) {
	const char *argv[] = {school->scene.program, "--env", school->scene.environment, "--state", school->scene.state, "apply", step, "--yes", NULL};
	TerminalOptions options = {.argv = argv, .columns = 100, .rows = 30};
	AUTO(Terminal) *terminal = terminal_start(&options);
	terminal_wait_output(terminal, "psql, as this drill plays it");
	terminal_type(terminal, "SELECT count(*) FROM applications;\n");
	terminal_wait_output(terminal, count);
	terminal_type(terminal, "DROP TABLE applications;\n");
	terminal_wait_output(terminal, "ERROR:  the practice psql knows");
	terminal_type(terminal, "\\q\n");
	cr_assert_eq(terminal_wait_exit(terminal), 0, "%s", terminal_text(terminal));
}

static const Line LOSS_SEEN[] = { {"tick 12", "", 0}, {"tick 13", "", 0} };

static const Line LOSS_FAILED[] = {
	{"plan 14", "database-backup.yml", 0}, {"apply 14 --yes", "ended with failure", 1},
};

static const Line LOSS_LIMITED[] = {
	{"plan 14", "too many requests", 1},
};

static const Line LOSS_RESTORE[] = {
	RUN("14", "success"),
	{"plan 15", "restored-20", 0},   /* the day is the run's own */
	SIGN("restore-live", "what~is~there~now~is~given~up"),
	{"apply 15 --confirm postgres-restore.yml --sure", "success", 0},
	RUN("16", "2"), {"look 16", "", 0}, RUN("17", "1"), {"look 17", "", 0},
};

static const Line LOSS_END[] = {
	{"look 18", "status 200", 0}, {"tick 18 --sure", "", 0},
	RUN("19", "success"), {"look 19", "", 0},
	RUN("20", ""), {"look 20", "", 0},
	{"tick 21", "", 0},
	{"plan 22", "afap-prod-pg-ptr", 0}, {"apply 22 --confirm afap-prod-pg-ptr --sure", "exit 0", 0}, {"look 22", "", 0},
	{"look 23", "status 200", 0}, {"tick 23 --sure", "", 0},
	{"ledger", "closed  ptr-server", 0},
};

/* Trello is not there: the step says so, and the review goes on without it. */
static const Line REVIEW[] = {
	{"note --improvement try~the~migration~on~a~copy", "", 0},
	{"start teacher-review", "", 0},
	{"tick 1", "", 0}, {"skip 2 --reason it~is~read~aloud", "", 0},
	{"note --improvement ask~before~1~in~the~night", "", 0},
	{"plan 3", "ask before 1 in the night", 0},
};

static const Line REVIEW_ALONE[] = {
	{"apply 3 --yes", "closed without an answer", 1},
	{"tick 4", "", 0},
};

static const Line REVIEW_CARDS[] = {
	RUN("3", "2 of 2 cards are on the board"),
	{"end", "", 0},
	{"verify", "", 0},
};

static const Line SERVER[] = {
	{"declare the~database~server~is~gone --drill", "", 0},
	{"start teacher-server-loss", "", 0},
	{"tick 1", "", 0}, RUN("2", ""), {"tick 3", "", 0},
	RUN("4", "6"), {"look 4", "", 0},
	RUN("5", "success"), {"look 5", "", 0},
	{"look 6", "newest 6 h, 95 KiB, of 8 blobs", 0},
	RUN("7", "exit 0"), RUN("7", "exit 0"),
};

static const Line SERVER_DEPLOY[] = {
	{"tick 8", "", 0},
	RUN("9", "exit 0"),
	{"plan 10", "deploy.yml", 0},
	SIGN("recreate", "it~is~gone"),
	{"apply 10 --yes", "success", 0}, {"look 10", "", 0},
};

static const Line SERVER_END[] = {
	{"plan 11", "not known yet: confirm_production", 1},
	{"set confirm_production true", "", 0},
	{"plan 11", "postgres-restore.yml", 0},
	SIGN("restore", "last~night~is~what~is~left"),
	{"apply 11 --confirm postgres-restore.yml --sure", "success", 0},
	{"look 12", "status 200", 0}, {"tick 12 --sure", "", 0},
	RUN("13", "success"), {"look 13", "", 0},
	RUN("14", ""), {"look 14", "", 0},
	{"tick 15", "", 0},
	{"look 16", "status 200", 0}, {"tick 16 --sure", "", 0},
	{"ledger", "closed  merge-freeze", 0},
	{"end", "", 0},
	{"verify", "", 0},
};

static void expect_page(const School *school, const char *system, const char *part) {
	AUTO(HttpClient) *client = NULL;
	AUTO_CLEAR(HttpResponse) answer = {0};
	Error err = {0};
	HttpRequest request = {.method = "GET", .url = sandbox_url(school->sandbox, system)};
	assert_ok(http_client_new(NULL, &client, &err) && http_request(client, &request, &answer, &err), &err);
	cr_expect(strstr(buf_text(&answer.body), part), "%s: expected \"%s\": %s", system, part, buf_text(&answer.body));
}

static void expect_change(const School *school, const char *line) {
	AUTO_CLEAR(StrList) changes = {0};
	sandbox_changes(school->sandbox, &changes);
	AUTO_FREE char *all = strlist_join(&changes, "\n");
	cr_expect(strlist_has(&changes, line), "%s is not in:\n%s", line, all);
}

Test(teacher_walk, lost_data_come_back_from_a_copy_of_the_server) {
	AUTO_CLEAR(School) school = {0};
	Error err = {0};
	school_open(&school, "teacher-data-loss");
	expect_page(&school, "service", "37 applications");
	school_walk(&school, LOSS_STOP, BG_LENGTH(LOSS_STOP));
	expect_page(&school, "service", "This is the maintenance page");
	expect_page(&school, "service-temp", "503 Service Temporarily Unavailable");
	assert_refused(sandbox_command(school.sandbox, "merge 1", &err), &err, ERROR_DENIED, "At least 6 approving reviews");
	school_walk(&school, LOSS_COPY, BG_LENGTH(LOSS_COPY));
	look_at_data(&school, "12", "1204");
	look_at_data(&school, "13", "37");
	school_walk(&school, LOSS_SEEN, BG_LENGTH(LOSS_SEEN));
	school_tell(&school, "fault build-fail@github");
	school_walk(&school, LOSS_FAILED, BG_LENGTH(LOSS_FAILED));
	school_tell(&school, "fault none");
	school_tell(&school, "fault rate-limit@github");
	school_walk(&school, LOSS_LIMITED, BG_LENGTH(LOSS_LIMITED));
	school_tell(&school, "fault none");
	school_walk(&school, LOSS_RESTORE, BG_LENGTH(LOSS_RESTORE));
	expect_page(&school, "service", "This is the maintenance page");
	expect_page(&school, "service-temp", "1204 applications");
	school_walk(&school, LOSS_END, BG_LENGTH(LOSS_END));
	expect_page(&school, "service", "1204 applications");
	school_walk(&school, REVIEW, BG_LENGTH(REVIEW));
	school_tell(&school, "fault reset@trello");
	school_walk(&school, REVIEW_ALONE, BG_LENGTH(REVIEW_ALONE));
	school_tell(&school, "fault none");
	school_walk(&school, REVIEW_CARDS, BG_LENGTH(REVIEW_CARDS));
	expect_change(&school, "trello POST /1/cards 200");
	expect_change(&school, "slack POST /api/conversations.create 200");
	expect_change(&school, "az postgres flexible-server delete --resource-group afap-prod-rg --name afap-prod-pg-ptr --yes 0");
	assert_ok(sandbox_command(school.sandbox, "merge 1", &err), &err);
}

/* What step 8 has a person change in the branch. */
static void keep_maintenance(const School *school) {
	static const char TEXT[] = "{ \"send_traffic_to_maintenance_page\": true }\n";
	Error err = {0};
	AUTO_FREE char *path = path_join(sandbox_folder(school->sandbox), "service/terraform/application/config/production.tfvars.json");
	assert_ok(file_write_atomic(path, TEXT, sizeof(TEXT) - 1, 0600, &err), &err);
}

Test(teacher_walk, a_lost_server_is_made_anew_and_filled_from_last_night) {
	AUTO_CLEAR(School) school = {0};
	school_open(&school, "teacher-server-loss");
	expect_page(&school, "service", "there is a problem with the service");
	school_walk(&school, SERVER, BG_LENGTH(SERVER));
	keep_maintenance(&school);
	school_walk(&school, SERVER_DEPLOY, BG_LENGTH(SERVER_DEPLOY));
	expect_page(&school, "service", "This is the maintenance page");
	expect_page(&school, "service-temp", "0 applications");
	school_walk(&school, SERVER_END, BG_LENGTH(SERVER_END));
	expect_page(&school, "service", "1200 applications");
}

Test(teacher_walk, try_tells_the_story_and_what_comes_first) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(ProgramRun) run = {0};
	AUTO_FREE char *program = build_path("breakglass");
	AUTO_FREE char *where = bg_asprintf("--folder=%s/drill", folder.path);
	run_program((const char *const[]){program, "try", "teacher-data-loss", where, NULL}, "board\n", NULL, &run);
	cr_expect(str_starts(buf_str(&run.out), "A migration 40 minutes ago has deleted most applications"), "%s", buf_text(&run.out));
	cr_expect(strstr(buf_text(&run.out), "What has happened, for this drill: A migration 40 minutes ago"), "%s", buf_text(&run.out));
	cr_expect(strstr(buf_text(&run.out), "Fits this board: Teacher services 2: restore a moment"), "%s", buf_text(&run.out));
	cr_expect(strstr(buf_text(&run.out), "site: the page says \"cannot be found\"") && strstr(buf_text(&run.out), "2 of 2 ready"), "%s%s", buf_text(&run.out), buf_text(&run.err));
}
