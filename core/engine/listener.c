/* listener.c: see listener.h. */
#include "core/engine/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/file.h"

/* The number that whoever holds the lock wrote into it. */
static const char *read_holder(int fd, char *text, size_t size) {
	ssize_t got = pread(fd, text, size - 1, 0);
	text[got > 0 ? (size_t) got : 0] = '\0';
	text[strspn(text, "0123456789")] = '\0';
	return *text ? text : "of unknown number";
}
#define LISTEN_BACKLOG 64

bool listener_lock(const StatePaths *paths, int *ret_fd, Error *err) {
	AUTO_CLOSE int fd = open(paths->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		error_errno(err, errno, "cannot open the engine's lock");
		return error_where(err, "%s", paths->lock);
	}
	char holder[32];
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK) {
			error_set(err, ERROR_CONFLICT, "an engine for this environment runs already: process %.20s", read_holder(fd, holder, sizeof(holder)));
			return error_where(err, "%s", paths->lock);
		}
		return error_errno(err, errno, "cannot lock %s", paths->lock);
	}
	listener_lock_sign(fd);
	*ret_fd = TAKE_FD(fd);
	return true;
}

void listener_lock_sign(int fd) {
	char text[32];
	int len = snprintf(text, sizeof(text), "%d\n", (int) getpid());
	/* The number is for people who look; the lock is what counts. */
	BG_IGNORE(ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t) len, 0) < 0);
}

bool listener_lock_stands(const StatePaths *paths, int fd) {
	struct stat held, found;
	if (fstat(fd, &held) < 0)
		return true;
	if (lstat(paths->lock, &found) < 0)
		return errno != ENOENT && errno != ENOTDIR;
	return held.st_ino == found.st_ino && held.st_dev == found.st_dev;
}

static bool address_of(const StatePaths *paths, struct sockaddr_un *ret_address) {
	*ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
	size_t len = strlen(paths->socket);
	if (len >= sizeof(ret_address->sun_path))
		return false;
	memcpy(ret_address->sun_path, paths->socket, len + 1);
	return true;
}

/* An abstract name begins with a NUL and is as long as the address says. */
static socklen_t spare_address(const StatePaths *paths, struct sockaddr_un *ret_address) {
	*ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
	size_t len = strlen(paths->spare);
	BG_ASSERT(len + 1 < sizeof(ret_address->sun_path));
	memcpy(ret_address->sun_path + 1, paths->spare, len);
	return (socklen_t) (offsetof(struct sockaddr_un, sun_path) + 1 + len);
}

/* Nobody but us may come near the socket, or, where the environment names a group, its members: they may enter the folder, not list it. */
static bool open_to(const StatePaths *paths, const unsigned *group, Error *err) {
	bool ok = !group ? chmod(paths->folder, 0700) == 0
		: chown(paths->folder, (uid_t) -1, *group) == 0 && chmod(paths->folder, 0710) == 0 && chown(paths->socket, (uid_t) -1, *group) == 0
			&& chmod(paths->socket, 0660) == 0;
	if (ok)
		return true;
	error_errno(err, errno, "cannot open the engine's socket to the right people");
	error_where(err, "%s", paths->folder);
	return group ? error_hint(err, "be in the group that the environment names (group:), or leave it out") : false;
}

static int new_socket(void) { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

/* Anybody can take an abstract name: only a process of whose folder it is (or root) is an engine of ours. */
static bool is_ours(const StatePaths *paths, int fd) {
	struct ucred peer;
	socklen_t len = sizeof(peer);
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && (peer.uid == paths->owner || peer.uid == 0);
}

static int connect_spare(const StatePaths *paths) {
	struct sockaddr_un address;
	socklen_t len = spare_address(paths, &address);
	AUTO_CLOSE int fd = new_socket();
	if (fd < 0 || connect(fd, (struct sockaddr *) &address, len) < 0)
		return -1;
	if (is_ours(paths, fd))
		return TAKE_FD(fd);
	errno = ECONNREFUSED;
	return -1;
}

int listener_connect(const StatePaths *paths) {
	struct sockaddr_un address;
	AUTO_CLOSE int fd = new_socket();
	if (fd < 0)
		return -1;
	if (address_of(paths, &address) && connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0)
		return TAKE_FD(fd);
	int first = errno;
	int spare = first == EAGAIN ? -1 : connect_spare(paths);   /* EAGAIN: it listens, and many wait */
	errno = first;
	return spare;
}

bool listener_answers(const StatePaths *paths) {
	errno = 0;
	AUTO_CLOSE int fd = listener_connect(paths);
	return fd >= 0 || errno == EAGAIN;
}

bool listener_spare_answers(const StatePaths *paths) {
	errno = 0;
	AUTO_CLOSE int fd = connect_spare(paths);
	return fd >= 0 || errno == EAGAIN;
}

bool listener_bind(const StatePaths *paths, const unsigned *group, ListenerMark *ret_mark, int *ret_fd, Error *err) {
	struct sockaddr_un address;
	if (!address_of(paths, &address)) {
		error_set(err, ERROR_IO, "the path of the engine's socket is too long");
		return error_where(err, "%s", paths->socket);
	}
	AUTO_CLOSE int fd = new_socket();
	if (fd < 0)
		return error_errno(err, errno, "cannot make a socket");
	(void) unlink(paths->socket);
	mode_t before = umask(0177);
	bool bound = bind(fd, (struct sockaddr *) &address, sizeof(address)) == 0;
	int bind_errno = errno;
	umask(before);
	if (!bound || listen(fd, LISTEN_BACKLOG) < 0) {
		error_errno(err, bound ? errno : bind_errno, "cannot listen on the engine's socket");
		return error_where(err, "%s", paths->socket);
	}
	if (!open_to(paths, group, err))
		return false;
	struct stat made;
	*ret_mark = lstat(paths->socket, &made) == 0 ? (ListenerMark){made.st_dev, made.st_ino} : (ListenerMark){0};
	*ret_fd = TAKE_FD(fd);
	return true;
}

bool listener_bind_spare(const StatePaths *paths, int *ret_fd, Error *err) {
	struct sockaddr_un address;
	socklen_t len = spare_address(paths, &address);
	AUTO_CLOSE int fd = new_socket();
	if (fd < 0)
		return error_errno(err, errno, "cannot make a socket");
	if (bind(fd, (struct sockaddr *) &address, len) < 0 && errno == EADDRINUSE) {
		error_set(err, ERROR_CONFLICT, "an engine for this environment runs already, or somebody took its socket's name");
		return error_where(err, "@%s", paths->spare);
	}
	if (listen(fd, LISTEN_BACKLOG) < 0) {
		error_errno(err, errno, "cannot listen on the engine's socket");
		return error_where(err, "@%s", paths->spare);
	}
	*ret_fd = TAKE_FD(fd);
	return true;
}

bool listener_start(int fd, uv_loop_t *loop, uv_pipe_t *pipe, uv_connection_cb on_connection, Error *err) {
	AUTO_CLOSE int owned = fd;
	uv_pipe_init(loop, pipe, 0);
	int status = uv_pipe_open(pipe, owned);
	if (status == 0) {
		owned = -1;
		status = uv_listen((uv_stream_t *) pipe, LISTEN_BACKLOG, on_connection);
	}
	if (status < 0)
		return error_set(err, ERROR_IO, "cannot listen on the engine's socket: %s", uv_strerror(status));
	return true;
}

bool listener_stands(const StatePaths *paths, const ListenerMark *mark) {
	struct stat found;
	if (lstat(paths->socket, &found) < 0)
		return errno != ENOENT && errno != ENOTDIR;
	return found.st_dev == mark->device && found.st_ino == mark->inode;
}
