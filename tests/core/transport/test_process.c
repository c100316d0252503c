/* Programs: what they get, what comes back, and how they end. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/transport/process.h"
#include "tests/support/support.h"

static char **sh(const char *script) {
	static char program[] = "sh", option[] = "-c", text[2048], *argv[4];
	cr_assert(strlen(script) < sizeof(text));
	memcpy(text, script, strlen(script) + 1);
	argv[0] = program, argv[1] = option, argv[2] = text, argv[3] = NULL;
	return argv;
}

Test(process, output_and_exit_code_come_back) {
	Error err;
	AUTO_CLEAR(ProcessResult) result = {0};
	ProcessRequest request = {.argv = sh("echo out; echo err >&2; cat; exit 7"), .input = STR("in\n"), .deadline_ms = 20000};
	assert_ok(process_run(&request, &result, &err), &err);
	assert_text("out", buf_text(&result.out), "out\nin\n");
	assert_text("err", buf_text(&result.err), "err\n");
	cr_expect_eq(result.exit_code, 7);
}

Test(process, a_program_that_ends_by_a_signal_is_told_apart) {
	Error err;
	AUTO_CLEAR(ProcessResult) result = {0};
	ProcessRequest request = {.argv = sh("kill -SEGV $$"), .deadline_ms = 20000};
	assert_ok(process_run(&request, &result, &err), &err);
	cr_expect_eq(result.signal, SIGSEGV);
	cr_expect_eq(result.exit_code, -1);
}

Test(process, gets_neither_our_descriptors_nor_our_tokens) {
	Error err;
	AUTO_CLEAR(ProcessResult) result = {0};
	int leaky = open("/dev/null", O_RDONLY);   /* without CLOEXEC on purpose */
	cr_assert(leaky >= 0 && dup2(leaky, 9) == 9);
	setenv("FASTLY_API_TOKEN", "hush", 1);
	ProcessRequest request = {.argv = sh("ls /proc/self/fd | wc -l; echo \"[$FASTLY_API_TOKEN]\"; [ -n \"$PATH\" ] && echo path"),
		.deadline_ms = 20000};
	assert_ok(process_run(&request, &result, &err), &err);
	/* 0, 1, 2 and the one that ls opens itself */
	assert_text("out", buf_text(&result.out), "4\n[]\npath\n");
	close(leaky);
	close(9);
}

Test(process, the_extra_descriptor_is_read) {
	Error err;
	AUTO_CLEAR(ProcessResult) result = {0};
	ProcessRequest request = {.argv = sh("echo state >&3"), .want_extra = true, .folder = "/", .deadline_ms = 20000};
	assert_ok(process_run(&request, &result, &err), &err);
	assert_text("extra", buf_text(&result.extra), "state\n");
}

Test(process, that_takes_too_long_is_ended_with_all_it_started) {
	Error err;
	AUTO_CLEAR(ProcessResult) result = {0};
	cr_assert(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);   /* so that the orphaned sleeper can be waited for */
	ProcessRequest request = {.argv = sh("trap '' TERM; echo began; sleep 1000 & echo $!; wait; sleep 1000"), .deadline_ms = 300,
		.grace_ms = 100};
	assert_refused(process_run(&request, &result, &err), &err, ERROR_TIMEOUT, "by force");
	Str rest = buf_str(&result.out), line;
	cr_assert(str_next_line(&rest, &line) && str_eq_c(line, "began"));
	int64_t sleeper = 0;
	cr_assert(str_next_line(&rest, &line) && str_parse_int(line, &sleeper));
	int status;
	cr_assert_eq(waitpid((pid_t) sleeper, &status, 0), (pid_t) sleeper);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static bool yes(void *userdata) {
	(void) userdata;
	return true;
}

Test(process, a_person_can_end_it) {
	Error err;
	AUTO_CLEAR(ProcessResult) result = {0};
	ProcessRequest request = {.argv = sh("sleep 1000"), .cancelled = yes};
	assert_refused(process_run(&request, &result, &err), &err, ERROR_CANCELLED, "on request");
}

Test(process, descendants_that_keep_the_output_open_are_not_waited_for) {
	Error err;
	AUTO_CLEAR(ProcessResult) result = {0};
	ProcessRequest request = {.argv = sh("sleep 1000 & echo $!"), .deadline_ms = 20000};
	assert_ok(process_run(&request, &result, &err), &err);
	int64_t sleeper = 0;
	cr_assert(str_parse_int(str_trim(buf_str(&result.out)), &sleeper) && sleeper > 1);
	kill((pid_t) sleeper, SIGKILL);
}

Test(process, output_beyond_the_limit_is_dropped_and_told) {
	Error err;
	AUTO_CLEAR(ProcessResult) result = {0};
	ProcessRequest request = {.argv = sh("head -c 100000 /dev/zero"), .max_output = 1000, .deadline_ms = 20000};
	assert_ok(process_run(&request, &result, &err), &err);
	cr_expect(result.out.len <= 1000 && result.out.overflowed);
}

static void add_piece(void *userdata, bool is_stderr, Str piece) {
	buf_puts(userdata, is_stderr ? "e" : "o");
	buf_put_str(userdata, piece);
}

Test(process, output_can_be_followed) {
	Error err;
	AUTO_CLEAR(Buf) seen = {0};
	AUTO_CLEAR(ProcessResult) result = {0};
	ProcessRequest request = {.argv = sh("echo a >&2"), .on_output = add_piece, .userdata = &seen, .deadline_ms = 20000};
	assert_ok(process_run(&request, &result, &err), &err);
	assert_text("seen", buf_text(&seen), "ea\n");
	cr_expect_eq(result.err.len, 0);
}

Test(process, that_stops_reading_its_input_does_no_harm) {
	Error err;
	AUTO_CLEAR(Buf) input = {0};
	for (int i = 0; i < 200000; i++)
		buf_putc(&input, 'x');
	AUTO_CLEAR(ProcessResult) result = {0};
	ProcessRequest request = {.argv = sh("exec <&-; exit 3"), .input = buf_str(&input), .deadline_ms = 20000};
	assert_ok(process_run(&request, &result, &err), &err);
	cr_expect_eq(result.exit_code, 3);
}

Test(process, what_cannot_be_started_is_an_error_with_the_cause) {
	Error err;
	char missing[] = "no-such-program-here", folder[] = "/", *argv[] = {missing, NULL}, *folder_argv[] = {folder, NULL};
	{
		AUTO_CLEAR(ProcessResult) result = {0};
		ProcessRequest request = {.argv = argv, .deadline_ms = 20000};
		assert_refused(process_run(&request, &result, &err), &err, ERROR_MISSING, "there is no program no-such-program-here");
	}
	{
		AUTO_CLEAR(ProcessResult) result = {0};
		ProcessRequest request = {.argv = folder_argv, .deadline_ms = 20000};
		assert_refused(process_run(&request, &result, &err), &err, ERROR_DENIED, "cannot be started");
	}
	{
		AUTO_CLEAR(ProcessResult) result = {0};
		ProcessRequest request = {.argv = sh("true"), .folder = "/no/such/folder", .deadline_ms = 20000};
		assert_refused(process_run(&request, &result, &err), &err, ERROR_MISSING, "cannot be entered");
	}
}

Test(process, capture_gives_stdout_or_says_what_the_program_said) {
	Error err;
	AUTO_CLEAR(Buf) out = {0};
	assert_ok(process_capture(NULL, sh("echo secret"), &out, &err), &err);
	assert_text("out", buf_text(&out), "secret\n");
	assert_refused(process_capture(NULL, sh("echo locked >&2; exit 2"), &out, &err), &err, ERROR_REMOTE, "exit code 2: locked");
}

Test(process, environments_are_set_and_asked) {
	AUTO_CLEAR(StrList) environment = {0};
	process_environment_set(&environment, "A", "1");
	process_environment_set(&environment, "A", "2");
	assert_text("A", process_environment_get(strlist_argv(&environment), "A"), "2");
	cr_expect_null(process_environment_get(strlist_argv(&environment), "AB"));
}
