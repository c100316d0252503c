/* The lines that a running sandbox takes from FOLDER/control. */
#include <fcntl.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_control.h"
#include "ground.h"

static void write_control(const char *folder, const char *text) {
	AUTO_FREE char *path = path_join(folder, "control");
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	Error err;
	cr_assert(fd >= 0, "%s", path);
	assert_ok(file_write_all(fd, text, strlen(text), &err), &err);
}

static char *obey(Ground *ground, const char *text) {
	Buf said = {0};
	write_control(sandbox_folder(ground->sandbox), text);
	sandbox_obey_control(ground->sandbox, &said);
	return buf_take(&said);
}

Test(sandbox_control, says_for_each_line_what_was_done_or_why_not) {
	static const struct { const char *lines, *said; } cases[] = {
		{"fault status=503@site\n", "done: fault status=503@site\n"},
		{"fault none\nbackup-now\n", "done: fault none\ndone: backup-now\n"},
		{"fault flood\n", "not done: there is no fault flood\n"},
		{"fault node-lost\n", "not done: node-lost: there is no cluster in this scenario\n"},
		{"dance\n", "not done: there is no command dance\n"},
		{"fault st", ""},                                             /* a line is obeyed when it is whole */
		{"atus=502@site\n", "done: fault status=502@site\n"},
		{"fault \x1b[31mred\n", "not done: there is no fault red\n"},   /* what is said can be shown on a terminal */
	};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_FREE char *said = obey(&ground, cases[i].lines);
		assert_text(cases[i].lines, said, cases[i].said);
	}
	ground_expect(&ground, 502, "site", "GET", "/", NULL);
}

Test(sandbox_control, a_backup_on_demand_copies_the_damage) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	AUTO_FREE char *said = obey(&ground, "backup-now\n");
	ground_expect(&ground, 200, "s3", "GET", "/ocw-content-backup-live-production/courses/genetics/index.html", NULL);
	cr_expect(!strstr(ground_body(&ground), "Course Description"), "%s", said);
}

Test(sandbox_control, a_line_without_end_is_thrown_away) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Buf) flood = {0};
	AUTO_CLEAR(Buf) line = {0};
	SimControl control;
	Error err;
	for (int i = 0; i < 2 * SIM_CONTROL_MAX_LINE; i++)
		buf_putc(&flood, 'x');
	assert_ok(sim_control_open(&control, folder.path, &err), &err);
	write_control(folder.path, buf_text(&flood));
	for (int i = 0; i < 4; i++)
		cr_expect(!sim_control_line(&control, &line));
	write_control(folder.path, "\nfault none\n");
	cr_assert(sim_control_line(&control, &line));
	cr_expect_str_eq(buf_text(&line), "fault none");
	sim_control_close(&control);
	cr_expect(!sim_control_line(&control, &line));
}

Test(sandbox_control, a_pipe_that_was_left_behind_is_replaced_and_other_files_are_not) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	SimControl left, control;
	Error err;
	assert_ok(sim_control_open(&left, folder.path, &err), &err);
	assert_ok(sim_control_open(&control, folder.path, &err), &err);
	sim_control_close(&control);
	sim_control_close(&left);
	temp_write(&folder, "control", "mine");
	assert_refused(sim_control_open(&control, folder.path, &err), &err, ERROR_IO, "control pipe");
	sim_control_close(&control);
	AUTO_FREE char *text = read_text(temp_path(&folder, "control"));
	cr_expect_str_eq(text, "mine");
}
