/* test_listener.c: the folders of an engine that cannot be made or written to, and the address that needs no disk: one engine can have it. */
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/listener.h"
#include "tests/support/support.h"

static StatePaths paths_of(const char *state)
{
	StatePaths paths;
	Error err;
	assert_ok(state_paths_init(state, "trial", NULL, &paths, &err), &err);
	return paths;
}

Test(listener, a_folder_that_cannot_be_made_is_told_and_has_a_name_all_the_same)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	temp_write(&folder, "in the way", "a file");
	AUTO_CLEAR(StatePaths) paths = paths_of(temp_path(&folder, "in the way/a/state"));
	AUTO_FREE char *real = realpath(folder.path, NULL);
	AUTO_FREE char *expected = bg_asprintf("%s/in the way/a/state/trial", real);
	assert_text("folder", paths.folder, expected);
	cr_assert(error_is_set(&paths.trouble));
	cr_assert(strstr(paths.trouble.why, "Not a directory"), "%s", paths.trouble.why);
	cr_assert(strstr(paths.trouble.hint, "--state"));
	Error err;
	cr_assert_not(state_paths_can_write(&paths, &err));
	/* The same folder by another name, once it is there, is the same engine's. */
	cr_assert(unlink(temp_path(&folder, "in the way")) == 0);
	AUTO_FREE char *around = bg_asprintf("%s/./in the way/a/state", folder.path);
	AUTO_CLEAR(StatePaths) made = paths_of(around);
	cr_assert_not(error_is_set(&made.trouble));
	assert_text("spare", made.spare, paths.spare);
	assert_ok(state_paths_can_write(&made, &err), &err);
}

Test(listener, a_relative_folder_that_cannot_be_made_is_named_from_where_we_are)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	temp_write(&folder, "file", "");
	cr_assert(chdir(folder.path) == 0);
	AUTO_FREE char *real = realpath(folder.path, NULL);
	AUTO_FREE char *expected = bg_asprintf("%s/file/trial", real);
	AUTO_CLEAR(StatePaths) paths = paths_of("file");
	assert_text("folder", paths.folder, expected);
}

Test(listener, only_one_has_the_address_without_a_disk)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(StatePaths) paths = paths_of(folder.path);
	AUTO_CLOSE int first = -1;
	AUTO_CLOSE int second = -1;
	Error err;
	cr_assert_not(listener_spare_answers(&paths));
	assert_ok(listener_bind_spare(&paths, &first, &err), &err);
	assert_refused(listener_bind_spare(&paths, &second, &err), &err, ERROR_CONFLICT, "runs already");
	cr_assert(*err.where == '@');
	cr_assert(listener_spare_answers(&paths) && listener_answers(&paths));
	AUTO_CLOSE int client = listener_connect(&paths);
	cr_assert(client >= 0);
	bg_close_fd(&first);
	assert_ok(listener_bind_spare(&paths, &second, &err), &err);
}

Test(listener, the_socket_in_the_folder_comes_first)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(StatePaths) paths = paths_of(folder.path);
	AUTO_CLOSE int spare = -1;
	AUTO_CLOSE int here = -1;
	ListenerMark mark;
	Error err;
	assert_ok(listener_bind_spare(&paths, &spare, &err), &err);
	assert_ok(listener_bind(&paths, NULL, &mark, &here, &err), &err);
	AUTO_CLOSE int client = listener_connect(&paths);
	AUTO_CLOSE int accepted = accept(here, NULL, NULL);
	cr_assert(client >= 0 && accepted >= 0);
	struct stat status;
	cr_assert(stat(paths.socket, &status) == 0 && (status.st_mode & 0777) == 0600);
}

Test(listener, without_a_home_the_folder_must_be_our_own)
{
	AUTO_FREE char *name = bg_asprintf("/tmp/breakglass-%u", (unsigned) getuid());
	struct stat status;
	unsetenv("HOME");
	unsetenv("XDG_STATE_HOME");
	AUTO_CLEAR(StatePaths) paths = paths_of(NULL);
	AUTO_FREE char *expected = bg_asprintf("%s/trial", name);
	assert_text("folder", paths.folder, expected);
	cr_assert(error_is_set(&paths.trouble) || (lstat(name, &status) == 0 && status.st_uid == getuid() && (status.st_mode & 022) == 0));
}
