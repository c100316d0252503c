/* Files and folders: whole or not at all, within limits, never through somebody's link. */
#include "core/base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/support.h"

Test(file, is_written_as_a_whole_with_its_mode)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *path = temp_write(&folder, "a", "old");
	Error err = { 0 };
	assert_ok(file_write_atomic(path, "new\0text", 8, 0640, &err), &err);
	AUTO_CLEAR(Buf) text = { 0 };
	assert_ok(file_read(path, 8, &text, &err), &err);
	cr_assert(text.len == 8 && memcmp(text.data, "new\0text", 8) == 0);
	struct stat status;
	cr_assert(stat(path, &status) == 0 && (status.st_mode & 0777) == 0640);
	StrList names = { 0 };
	assert_ok(file_list_folder(folder.path, &names, &err), &err);
	cr_assert(names.count == 1, "a temporary file is left");
	strlist_clear(&names);
}

Test(file, keeps_the_old_one_when_the_new_one_cannot_be_put_in_place)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	(void) temp_write(&folder, "a/inside", "x");
	const char *path = temp_path(&folder, "a");
	Error err = { 0 };
	assert_refused(file_write_atomic(path, "x", 1, 0600, &err), &err, ERROR_IO, "cannot put the new file in place");
	assert_text("where", err.where, path);
	StrList names = { 0 };
	assert_ok(file_list_folder(folder.path, &names, &err), &err);
	cr_assert(names.count == 1, "a temporary file is left");
	strlist_clear(&names);
	assert_refused(file_write_atomic(temp_path(&folder, "no/such"), "x", 1, 0600, &err), &err, ERROR_MISSING, "temporary file");
}

Test(file, is_read_up_to_a_limit)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *path = temp_write(&folder, "a", "12345");
	AUTO_CLEAR(Buf) text = { 0 };
	Error err = { 0 };
	buf_puts(&text, "<");
	assert_refused(file_read(path, 4, &text, &err), &err, ERROR_INVALID, "larger than the limit of 4 bytes");
	assert_text("nothing of it was added", buf_text(&text), "<");
	assert_ok(file_read(path, 5, &text, &err), &err);
	assert_text("added", buf_text(&text), "<12345");
	AUTO_CLEAR(Buf) small = { .limit = 3 };
	assert_refused(file_read(path, 5, &small, &err), &err, ERROR_INVALID, "limit of 3 bytes");
}

Test(file, says_what_is_no_file)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Buf) text = { 0 };
	Error err = { 0 };
	assert_refused(file_read(temp_path(&folder, "absent"), 9, &text, &err), &err, ERROR_MISSING, "cannot open the file");
	assert_refused(file_read(folder.path, 9, &text, &err), &err, ERROR_INVALID, "a folder, not a file");
	assert_text("where", err.where, folder.path);
}

Test(file, can_be_a_pipe)
{
	int pipe_fds[2];
	cr_assert(pipe(pipe_fds) == 0);
	Error err = { 0 };
	AUTO_CLEAR(Buf) text = { 0 };
	assert_ok(file_write_all(pipe_fds[1], "through", 7, &err), &err);
	bg_close_fd(&pipe_fds[1]);
	fd_set_cloexec(pipe_fds[0]);
	fd_set_nonblocking(pipe_fds[0]);
	assert_ok(file_read_fd(pipe_fds[0], "the pipe", 100, &text, &err), &err);
	assert_text("text", buf_text(&text), "through");
	cr_assert(fcntl(pipe_fds[0], F_GETFD) & FD_CLOEXEC);
	cr_assert(fcntl(pipe_fds[0], F_GETFL) & O_NONBLOCK);
	bg_close_fd(&pipe_fds[0]);
	cr_assert(pipe_fds[0] == -1);
	assert_refused(file_write_all(-1, "x", 1, &err), &err, ERROR_IO, "writing failed");
}

Test(file, tells_when_the_disk_is_full)
{
	AUTO_CLOSE int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		cr_skip_test("this system has no /dev/full");
	Error err = { 0 };
	assert_refused(file_write_all(fd, "x", 1, &err), &err, ERROR_IO, "No space left on device");
}

Test(file, folders_are_made_with_their_parents)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *path = temp_path(&folder, "a//b/c/");
	Error err = { 0 };
	assert_ok(file_make_folder(path, 0700, &err), &err);
	assert_ok(file_make_folder(path, 0700, &err), &err);
	struct stat status;
	cr_assert(stat(temp_path(&folder, "a/b"), &status) == 0 && (status.st_mode & 0777) == 0700);
	const char *in_the_way = temp_write(&folder, "file", "x");
	assert_refused(file_make_folder(in_the_way, 0700, &err), &err, ERROR_MISSING, "Not a directory");
	assert_refused(file_make_folder(temp_path(&folder, "file/x"), 0700, &err), &err, ERROR_MISSING, "Not a directory");
	assert_refused(file_make_folder("", 0700, &err), &err, ERROR_INVALID, "empty");
	cr_assert(file_is_folder(path) && !file_is_folder(in_the_way) && file_exists(in_the_way));
	cr_assert(!file_exists(temp_path(&folder, "absent")));
}

Test(file, folders_are_listed_in_order)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	(void) temp_write(&folder, "b", "");
	(void) temp_write(&folder, "a", "");
	(void) temp_write(&folder, "C", "");
	(void) temp_write(&folder, ".hidden", "");
	AUTO_CLEAR(StrList) names = { 0 };
	Error err = { 0 };
	assert_ok(file_list_folder(folder.path, &names, &err), &err);
	AUTO_FREE char *joined = strlist_join(&names, " ");
	assert_text("names", joined, "C a b");
	assert_refused(file_list_folder(temp_path(&folder, "absent"), &names, &err), &err, ERROR_MISSING, "cannot open the folder");
	cr_assert(names.count == 3);
}

Test(file, removing_a_tree_leaves_what_links_point_to)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *kept = temp_write(&folder, "kept/file", "x");
	(void) temp_write(&folder, "tree/a/b/c", "x");
	(void) temp_write(&folder, "tree/.hidden", "x");
	cr_assert(symlink(temp_path(&folder, "kept"), temp_path(&folder, "tree/link")) == 0);
	cr_assert(symlink("nowhere", temp_path(&folder, "tree/dangling")) == 0);
	Error err = { 0 };
	assert_ok(file_remove_tree(temp_path(&folder, "tree"), &err), &err);
	cr_assert(!file_exists(temp_path(&folder, "tree")) && file_exists(kept));
	assert_ok(file_remove_tree(temp_path(&folder, "tree"), &err), &err);
	assert_ok(file_remove_tree(kept, &err), &err);
	cr_assert(!file_exists(kept));
}

static const struct { const char *folder, *name, *joined; } joins[] = {
	{ "a", "b", "a/b" }, { "a/", "b", "a/b" }, { "/", "b", "/b" }, { "", "b", "b" }, { "a", "/b", "/b" }, { "a", "", "a/" },
};

static const struct { const char *path, *folder, *base; } paths[] = {
	{ "a/b/c", "a/b", "c" }, { "c", ".", "c" }, { "/c", "/", "c" }, { "/", "/", "" }, { "a/", "a", "" },
};

Test(file, paths_are_joined_and_parted)
{
	for (size_t i = 0; i < BG_LENGTH(joins); i++) {
		AUTO_FREE char *joined = path_join(joins[i].folder, joins[i].name);
		assert_text("joined", joined, joins[i].joined);
	}
	for (size_t i = 0; i < BG_LENGTH(paths); i++) {
		AUTO_FREE char *folder = path_folder(paths[i].path);
		assert_text(paths[i].path, folder, paths[i].folder);
		assert_text(paths[i].path, path_base(paths[i].path), paths[i].base);
	}
}

Test(file, the_tilde_is_home)
{
	(void) setenv("HOME", "/home/ada", 1);
	static const char *const expansions[][2] = {
		{ "~/x", "/home/ada/x" }, { "~", "/home/ada" }, { "~bob/x", "~bob/x" }, { "a/~/x", "a/~/x" }, { "/x", "/x" },
	};
	for (size_t i = 0; i < BG_LENGTH(expansions); i++) {
		AUTO_FREE char *path = path_expand_home(expansions[i][0]);
		assert_text(expansions[i][0], path, expansions[i][1]);
	}
	(void) unsetenv("HOME");
	AUTO_FREE char *path = path_expand_home("~/x");
	assert_text("without HOME", path, "~/x");
}
