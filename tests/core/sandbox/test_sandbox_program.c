/* `breakglass sandbox` as a process: it is up at once, ends with a signal and with its parent, and leaves nothing behind. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/moment.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

#define WAIT_MS 20000

typedef struct Program { pid_t pid; int ready, life; char *folder; TempFolder temp; } Program;

static void become(const char *self, const char *folder, const int ready[2], const int life[2]) {
	AUTO_FREE char *folder_flag = bg_asprintf("--folder=%s", folder);
	AUTO_FREE char *ready_flag = bg_asprintf("--ready-fd=%d", ready[1]);
	AUTO_FREE char *life_flag = bg_asprintf("--parent-fd=%d", life[0]);
	close(life[1]);
	close(ready[0]);
	execl(self, self, "sandbox", folder_flag, ready_flag, life_flag, (char *) NULL);
	_exit(127);
}

static void program_begin(Program *program) {
	AUTO_FREE char *self = build_path("breakglass");
	int ready[2], life[2];
	program->temp = temp_folder();
	program->folder = bg_strdup(temp_path(&program->temp, "drill"));
	cr_assert(pipe(ready) == 0 && pipe(life) == 0);
	program->pid = fork();
	cr_assert(program->pid >= 0);
	if (program->pid == 0)
		become(self, program->folder, ready, life);
	close(ready[1]);
	close(life[0]);
	program->ready = ready[0];
	program->life = life[1];
	struct pollfd wanted = {.fd = program->ready, .events = POLLIN};
	char line[16] = "";
	cr_assert_eq(poll(&wanted, 1, WAIT_MS), 1);
	cr_assert_eq(read(program->ready, line, sizeof(line) - 1), 6);
	cr_assert_str_eq(line, "ready\n");
}

/* Its status; the other end of `ready` is closed by the process's end at the latest, so nothing waits here for ever. */
static int program_end(Program *program) {
	int status = -1;
	cr_assert_eq(waitpid(program->pid, &status, 0), program->pid);
	bg_close_fd(&program->ready);
	bg_close_fd(&program->life);
	cr_expect(!file_exists(program->folder), "%s is left behind", program->folder);
	free(program->folder);
	temp_folder_clear(&program->temp);
	return status;
}

Test(sandbox_program, is_ready_with_its_folder_written) {
	Program program = {0};
	program_begin(&program);
	AUTO_FREE char *environment = path_join(program.folder, "environment.yaml");
	cr_expect(file_exists(environment));
	kill(program.pid, SIGTERM);
	int status = program_end(&program);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

Test(sandbox_program, ends_with_the_one_who_started_it) {
	Program program = {0};
	program_begin(&program);
	bg_close_fd(&program.life);
	int status = program_end(&program);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

Test(sandbox_program, says_what_can_be_practised_and_what_is_wrong) {
	static const struct { const char *word; int status; const char *part; } cases[] = {
		{"--list", 0, "ocw-mass-publish"}, {"--list", 0, "build-hang"}, {"--list", 0, "overlay-gone"}, {"flood", -1, "there is no scenario flood"},
		{"--fault=flood", -1, "there is no fault flood"}, {"--tell=dance", -1, "there is no command dance"}, {"--backup-every=soon", -1, "--backup-every wants a time"},
	};
	AUTO_FREE char *self = build_path("breakglass");
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(ProgramRun) run = {0};
		run_program((const char *const[]){self, "sandbox", cases[i].word, NULL}, NULL, NULL, &run);
		cr_expect(cases[i].status < 0 ? run.status != 0 : run.status == cases[i].status, "%s: %d", cases[i].word, run.status);
		cr_expect(strstr(buf_text(cases[i].status < 0 ? &run.err : &run.out), cases[i].part), "%s: %s%s", cases[i].word, buf_text(&run.out),
			buf_text(&run.err));
	}
}
