/* Socket and state belong to one login: modes whatever the umask says, nothing of somebody else's taken for ours, a living engine's socket
 * never taken over, other logins kept out unless the environment names a group that they are in. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "stranger.h"

static const char BOOK[] = "# Waiting\n\n## Walk it\n<!-- bg procedure id=walk -->\n\n1. Count.\n\n   ```sh\n   echo x\n   ```\n";

#define NOBODY 65534

/* ---- modes ---- */

/* Every file and folder below `path` is for its owner alone. */
static void expect_private(const char *path, int *ret_looked) {
	struct stat info;
	cr_assert(lstat(path, &info) == 0, "%s", path);
	cr_expect_eq(info.st_mode & 077, 0, "%s has mode %04o", path, (unsigned) (info.st_mode & 07777));
	cr_expect(!S_ISSOCK(info.st_mode) || (info.st_mode & 0777) == 0600, "%s has mode %04o", path, (unsigned) (info.st_mode & 07777));
	cr_expect(!S_ISDIR(info.st_mode) || (info.st_mode & 0777) == 0700, "%s has mode %04o", path, (unsigned) (info.st_mode & 07777));
	(*ret_looked)++;
	if (!S_ISDIR(info.st_mode))
		return;
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	assert_ok(file_list_folder(path, &names, &err), &err);
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *inside = path_join(path, names.items[i]);
		expect_private(inside, ret_looked);
	}
}

Test(whose_state, all_of_it_is_for_its_owner_alone_whatever_the_umask) {
	static const mode_t masks[] = {000, 022, 077};
	for (size_t i = 0; i < BG_LENGTH(masks); i++) {
		AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
		mode_t before = umask(masks[i]);   /* inherited by engine and worker */
		scene_ok(&scene, "declare", "it broke");
		scene_ok(&scene, "start", "walk");
		scene_ok(&scene, "plan", "1");
		scene_ok(&scene, "apply", "1", "--yes");
		umask(before);
		int looked = 0;
		expect_private(scene.state, &looked);
		cr_assert(looked > 10, "only %d files", looked);
	}
}

/* ---- whose folder, whose socket ---- */

/* Becomes nobody for one act, in a process of its own: its status. */
static int as_nobody(int (*act)(void *userdata), void *userdata) {
	pid_t child = fork();
	cr_assert(child >= 0);
	if (child == 0) {
		if (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
			_exit(99);
		_exit(act(userdata));
	}
	int status = -1;
	cr_assert(waitpid(child, &status, 0) == child && WIFEXITED(status));
	cr_assert_neq(WEXITSTATUS(status), 99, "cannot become nobody");
	return WEXITSTATUS(status);
}

static void need_root(void) {
	if (getuid() != 0)
		cr_skip_test("not root: nobody else can be tried as");
}

static char *folder_of(const Scene *scene) { return path_join(scene->state, "trial"); }

Test(whose_state, a_folder_of_somebody_else_is_not_taken_for_ours) {
	need_root();
	static const struct { const char *name, *folder, *why; unsigned owner, mode; } cases[] = {
		{"the environment's folder is somebody else's", "state/trial", "belongs to somebody else", NOBODY, 0700},
		{"the folder above is somebody else's", "state", "belongs to somebody else", NOBODY, 0755},
		{"everybody can write in the environment's folder", "state/trial", "others can write", 0, 0777},
		{"a group can write in it", "state/trial", "others can write", 0, 0770},
		{"everybody can write in the folder above", "state", "others can write", 0, 0777},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
		AUTO_FREE char *folder = path_join(scene.folder.path, cases[i].folder);
		Error err = {0};
		assert_ok(file_make_folder(folder, 0700, &err), &err);
		cr_assert(chown(folder, cases[i].owner, cases[i].owner) == 0 && chmod(folder, cases[i].mode) == 0);
		cr_expect(scene_run(&scene, "engine", "start") == 1 && scene_says(&scene, cases[i].why), "%s: %s", cases[i].name, scene.said);
		cr_expect(scene_run(&scene, "timeline") == 1 && scene_says(&scene, cases[i].why), "%s: %s", cases[i].name, scene.said);
		cr_expect_eq(scene_engine_pid(&scene), 0, "%s", cases[i].name);
	}
}

Test(whose_state, a_link_in_place_of_the_folder_is_followed_only_if_it_is_ours) {
	need_root();
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	AUTO_FREE char *folder = folder_of(&scene);
	const char *elsewhere = temp_path(&scene.folder, "elsewhere");
	cr_assert(mkdir(scene.state, 0700) == 0 && mkdir(elsewhere, 0700) == 0 && symlink(elsewhere, folder) == 0);
	scene_ok(&scene, "engine", "start");
	scene_ok(&scene, "engine", "stop");
	cr_assert(lchown(folder, NOBODY, NOBODY) == 0);
	scene_refused(&scene, 1, "belongs to somebody else", "engine", "start");
}

static size_t size_of(const char *path) {
	struct stat info;
	return stat(path, &info) == 0 ? (size_t) info.st_size : SIZE_MAX;
}

/* A link where socket, lock or log should be: nothing is written, or asked, where it points to. */
Test(whose_state, a_link_in_place_of_a_file_of_the_engine_is_never_followed) {
	/* Lock and log have another place where their files cannot be had; only a socket is replaced. */
	static const struct { const char *name; bool replaced; } cases[] = {{"engine.sock", true}, {"engine.lock", false},
		{"engine.log", false}};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
		AUTO_FREE char *folder = folder_of(&scene);
		AUTO_FREE char *link = path_join(folder, cases[i].name);
		const char *target = temp_write(&scene.folder, "precious", "as it was\n");
		Error err = {0};
		assert_ok(file_make_folder(folder, 0700, &err), &err);
		cr_assert(symlink(target, link) == 0);
		int status = scene_run(&scene, "engine", "start");
		cr_expect_eq(status, 0, "%s: %s", cases[i].name, scene.said);
		cr_expect_eq(size_of(target), 10, "%s: its target was changed", cases[i].name);
		struct stat info;
		cr_expect(lstat(link, &info) == 0 && (cases[i].replaced ? S_ISSOCK(info.st_mode) : S_ISLNK(info.st_mode)), "%s", cases[i].name);
	}
}

Test(whose_state, the_socket_of_a_dead_engine_is_replaced_and_that_of_a_living_one_is_not) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_start_engine(&scene, NULL);
	AUTO_FREE char *folder = folder_of(&scene);
	AUTO_FREE char *path = path_join(folder, "engine.sock");
	struct stat first, second;
	int pid = scene_engine_pid(&scene);
	cr_assert(stat(path, &first) == 0);
	AUTO_CLEAR(ProgramRun) other = {0};
	run_program((const char *const[]){scene.program, "__engine", "--env", scene.environment, "--state", scene.state, NULL}, NULL, NULL, &other);
	AUTO_FREE char *holder = bg_asprintf("process %d", pid);
	cr_assert(strstr(buf_text(&other.err), holder), "it does not say who: %s", buf_text(&other.err));
	cr_assert(stat(path, &second) == 0 && first.st_ino == second.st_ino, "the socket was taken over");
	scene_end_engine(&scene, SIGKILL);
	cr_assert(stat(path, &first) == 0, "a killed engine cannot tidy up");
	scene_ok(&scene, "declare", "the next one answers");
	cr_assert_neq(scene_engine_pid(&scene), pid);
}

/* ---- other logins ---- */

/* 0: let in; 1: refused with words; 2: cannot even connect. What it was told is on the pipe. */
typedef struct Visit { Scene *scene; int said; } Visit;

static int visit(void *userdata) {
	Visit *visit = userdata;
	AUTO_CLEAR(Buf) in = {0};
	int fd = stranger_try(visit->scene);
	if (fd < 0)
		return errno == EACCES ? 2 : 3;
	(void) stranger_send(fd, "{\"t\":\"hello\",\"protocol\":1,\"kind\":\"command\"}");   /* it may have been refused by now */
	AUTO(Json) *frame = stranger_read(fd, &in);
	AUTO_FREE char *text = frame ? json_text(frame) : bg_strdup("nothing");
	if (write(visit->said, text, strlen(text)) < 0)
		return 5;
	return text_eq(json_get_string(frame, "t"), "welcome") ? 0 : 1;
}

static int visit_as_nobody(Scene *scene, char *said, size_t size) {
	int pipe_fds[2];
	cr_assert(pipe(pipe_fds) == 0);
	Visit wanted = {scene, pipe_fds[1]};
	int status = as_nobody(visit, &wanted);
	close(pipe_fds[1]);
	ssize_t got = read(pipe_fds[0], said, size - 1);
	said[got > 0 ? got : 0] = '\0';
	close(pipe_fds[0]);
	return status;
}

Test(whose_state, another_login_is_kept_out_by_the_folder_and_once_more_by_the_engine) {
	need_root();
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	AUTO_FREE char *folder = folder_of(&scene);
	AUTO_FREE char *socket_path = path_join(folder, "engine.sock");
	char said[8192];
	scene_start_engine(&scene, NULL);
	cr_assert_eq(visit_as_nobody(&scene, said, sizeof(said)), 2, "%s", said);
	/* Somebody opened the folders by hand: */
	cr_assert(chmod(scene.folder.path, 0711) == 0 && chmod(scene.state, 0711) == 0 && chmod(folder, 0711) == 0 && chmod(socket_path, 0666) == 0);
	cr_assert_eq(visit_as_nobody(&scene, said, sizeof(said)), 1, "%s", said);
	cr_assert(strstr(said, "belongs to another login") && strstr(said, "group: NAME"), "%s", said);
	scene_ok(&scene, "engine", "status");
}

Test(whose_state, a_member_of_the_group_that_the_environment_names_is_let_in_as_who_it_is) {
	need_root();
	const struct group *group = getgrgid(NOBODY);
	if (!group)
		cr_skip_test("there is no group of nobody");
	AUTO_FREE char *more = bg_asprintf("group: %s\n", group->gr_name);
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, more);
	AUTO_FREE char *folder = folder_of(&scene);
	char said[8192];
	scene_start_engine(&scene, NULL);
	/* The engine opens its own folder; that of the team is the team's. */
	cr_assert(chmod(scene.folder.path, 0711) == 0 && chmod(scene.state, 0711) == 0);
	cr_assert_eq(visit_as_nobody(&scene, said, sizeof(said)), 0, "%s", said);
	cr_assert(strstr(said, "\"who\":\"nobody\""), "%s", said);
	struct stat info;
	cr_assert(stat(folder, &info) == 0 && (info.st_mode & 0777) == 0710 && info.st_gid == NOBODY, "mode %04o", (unsigned) info.st_mode & 07777);
	AUTO_FREE char *incidents = path_join(folder, "incidents");
	cr_assert(stat(incidents, &info) == 0 && (info.st_mode & 0777) == 0700);
}
