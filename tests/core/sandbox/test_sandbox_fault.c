/* Every way in which the simulated systems can be told to fail, as their clients meet it. */
#include "core/base/alloc.h"
#include "ground.h"

static bool ask(const Ground *ground, const char *system, int64_t deadline_ms, HttpResponse *answer, Error *err) {
	AUTO_FREE char *url = bg_asprintf("%s/", sandbox_url(ground->sandbox, system));
	HttpRequest request = {.url = url, .deadline_ms = deadline_ms};
	return http_request(ground->client, &request, answer, err);
}

Test(sandbox_fault, each_row_answers_as_it_says) {
	static const struct { const char *fault, *system; int status; const char *part; } cases[] = {
		{"status=503", "site", 503, "told to answer so"},
		{"status=500@concourse", "concourse", 500, "told to answer so"},
		{"token-expired", "concourse", 401, "not authorized"},
		{"token-expired", "fastly", 401, "credentials are missing or invalid"},
		{"token-expired", "s3", 400, "ExpiredToken"},
		{"token-expired", "site", 404, "404"},                 /* visitors have none: see below */
		{"rate-limit", "fastly", 429, "rate limit"},
		{"rate-limit", "concourse", 429, "rate limit"},
		{"rate-limit", "s3", 503, "SlowDown"},
		{"garbage@s3", "s3", 200, "hotel network"},
		{"latency=1ms", "site", 200, "OpenCourseWare"},
		{"status=503@fastly", "site", 200, "OpenCourseWare"},  /* meant for another system */
		{"none", "site", 200, "OpenCourseWare"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_CLEAR(Ground) ground = {0};
		AUTO_CLEAR(HttpResponse) answer = {0};
		ground_begin(&ground, NULL);
		assert_ok(sandbox_fault(ground.sandbox, cases[i].fault, &err), &err);
		assert_ok(ask(&ground, cases[i].system, GROUND_WAIT_MS, &answer, &err), &err);
		if (text_eq(cases[i].fault, "token-expired") && text_eq(cases[i].system, "site")) {
			cr_expect_eq(answer.status, 200);
			continue;
		}
		cr_expect(answer.status == cases[i].status && strstr(buf_text(&answer.body), cases[i].part), "%s: %d %s", cases[i].fault,
			answer.status, buf_text(&answer.body));
	}
}

Test(sandbox_fault, answers_that_never_come_whole_are_told_apart) {
	static const struct { const char *fault; ErrorKind kind; const char *why; int64_t deadline_ms; } cases[] = {
		{"truncate", ERROR_IO, "", GROUND_WAIT_MS},
		{"reset", ERROR_IO, "", GROUND_WAIT_MS},
		{"hang", ERROR_TIMEOUT, "", 200},
		{"latency=1h", ERROR_TIMEOUT, "", 200},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_CLEAR(Ground) ground = {0};
		AUTO_CLEAR(HttpResponse) answer = {0};
		ground_begin(&ground, NULL);
		assert_ok(sandbox_fault(ground.sandbox, cases[i].fault, &err), &err);
		cr_expect(!ask(&ground, "site", cases[i].deadline_ms, &answer, &err), "%s", cases[i].fault);
		cr_expect_eq(err.kind, cases[i].kind, "%s: %s", cases[i].fault, err.why);
		/* Ground and sandbox end at once, though an answer still hangs: the test would run into its limit. */
	}
}

Test(sandbox_fault, a_slow_answer_holds_up_nobody_else) {
	Error err;
	AUTO_CLEAR(Ground) ground = {0};
	AUTO_CLEAR(HttpResponse) slow = {0};
	AUTO_CLEAR(HttpResponse) quick = {0};
	ground_begin(&ground, NULL);
	assert_ok(sandbox_fault(ground.sandbox, "hang@fastly", &err), &err);
	cr_expect(!ask(&ground, "fastly", 100, &slow, &err));
	assert_ok(ask(&ground, "site", GROUND_WAIT_MS, &quick, &err), &err);
	cr_expect_eq(quick.status, 200);
}

Test(sandbox_fault, none_takes_faults_away_from_the_system_that_it_names) {
	static const struct { const char *system; int status; } cases[] = {{"site", 200}, {"concourse", 503}};
	Error err;
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	assert_ok(sandbox_fault(ground.sandbox, "status=503", &err), &err);
	assert_ok(sandbox_fault(ground.sandbox, "none@site", &err), &err);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(HttpResponse) answer = {0};
		assert_ok(ask(&ground, cases[i].system, GROUND_WAIT_MS, &answer, &err), &err);
		cr_expect_eq(answer.status, cases[i].status, "%s", cases[i].system);
	}
	assert_ok(sandbox_fault(ground.sandbox, "none", &err), &err);
	AUTO_CLEAR(HttpResponse) answer = {0};
	assert_ok(ask(&ground, "concourse", GROUND_WAIT_MS, &answer, &err), &err);
	cr_expect_eq(answer.status, 404);
}

Test(sandbox_fault, what_is_no_fault_is_refused_with_words) {
	static const struct { const char *text, *why; } cases[] = {
		{"flood", "no fault flood"}, {"", "no fault"}, {"status", "status does not take"}, {"status=42", "status does not take"},
		{"status=soon", "status does not take"}, {"latency=-1s", "latency does not take"}, {"latency", "latency does not take"},
		{"hang@moon", "no system moon"}, {"hang=3", "hang does not take"}, {"build-hang@fastly", "build-hang"},
	};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err = {0};
		bool ok = sandbox_fault(ground.sandbox, cases[i].text, &err);
		cr_expect(!ok && err.kind == ERROR_INVALID && strstr(err.why, cases[i].why), "%s: %s", cases[i].text, err.why);
	}
}

#define J "/api/v1/teams/main/pipelines/backup-ocw-content/jobs/backup-ocw-content"

Test(sandbox_fault, builds_hang_and_fail_when_told_to) {
	static const struct { const char *fault, *status; } cases[] = {{"build-fail", "failed"}, {"build-hang", "started"}};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_CLEAR(Ground) ground = {0};
		ground_begin(&ground, NULL);
		assert_ok(sandbox_fault(ground.sandbox, cases[i].fault, &err), &err);
		ground_expect(&ground, 200, "concourse", "POST", J "/builds", NULL);
		AUTO_FREE char *url = bg_strdup(ground_field(&ground, "api_url"));
		MonoTime end = {mono_now().ms + GROUND_WAIT_MS};
		do
			ground_expect(&ground, 200, "concourse", "GET", url, NULL);
		while (!text_eq(ground_field(&ground, "status"), cases[i].status) && mono_now().ms < end.ms);
		ground_expect_field(&ground, "status", cases[i].status);
	}
}

Test(sandbox_fault, faults_can_be_there_from_the_beginning) {
	Error err;
	AUTO_CLEAR(StrList) faults = {0};
	AUTO_CLEAR(HttpResponse) answer = {0};
	AUTO_CLEAR(Ground) ground = {0};
	strlist_add(&faults, "status=502@site");
	ground_begin(&ground, &(SandboxOptions){.faults = &faults});
	assert_ok(ask(&ground, "site", GROUND_WAIT_MS, &answer, &err), &err);
	cr_expect_eq(answer.status, 502);
	strlist_add(&faults, "flood");
	Sandbox *none = NULL;
	assert_refused(sandbox_start(&(SandboxOptions){.faults = &faults}, &none, &err), &err, ERROR_INVALID, "no fault flood");
	cr_expect(strstr(sandbox_fault_help(), "token-expired"));
}
