/* client_start.c: starting an engine when none answers, not too often, and telling why one that was started did not come up. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/engine/client_internal.h"
#include "core/engine/launch.h"

#define LAUNCH_WAIT_FIRST_MS 1000    /* an engine that ends at once is not started again and again without a pause */
#define LAUNCH_WAIT_LAST_MS 60000
#define LOG_TAIL_MAX 4096

static int64_t log_size(const Client *client) {
	struct stat info;
	if (client->log_memory >= 0)
		return fstat(client->log_memory, &info) == 0 ? info.st_size : 0;
	return stat(client->paths.log, &info) == 0 ? info.st_size : 0;
}

static bool launch(Client *client, Error *err) {
	int64_t now = mono_now().ms;
	client->launch_wait_ms = client->launch_wait_ms ? client->launch_wait_ms * 2 : LAUNCH_WAIT_FIRST_MS;
	if (client->launch_wait_ms > LAUNCH_WAIT_LAST_MS)
		client->launch_wait_ms = LAUNCH_WAIT_LAST_MS;
	client->launch_at_ms = now + client->launch_wait_ms;
	client->quick_until_ms = now + CLIENT_QUICK_FOR_MS;
	client->retry_wait_ms = 0;
	client->log_from = log_size(client);
	client->engine_failed = false;
	bg_close_fd(&client->log_memory);
	bool launched = launch_engine(client->self, client->environment_path, &client->paths, &client->log_memory, err);
	if (client->log_memory >= 0)
		client->log_from = 0;
	return launched;
}

/* What the engine that we started wrote into its log when it could not start. */
static bool read_complaint(Client *client, Error *err) {
	if (client->log_from < 0 || log_size(client) <= client->log_from)
		return false;
	AUTO_CLOSE int fd = client->log_memory >= 0 ? fcntl(client->log_memory, F_DUPFD_CLOEXEC, 3)
		: open(client->paths.log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char tail[LOG_TAIL_MAX];
	ssize_t got = fd < 0 ? -1 : pread(fd, tail, sizeof(tail), client->log_from);
	Str rest = {tail, got > 0 ? (size_t) got : 0}, line;
	while (str_next_line(&rest, &line)) {
		if (!str_starts(line, LAUNCH_FAILED))
			continue;
		AUTO_FREE char *said = str_dup(str_slice(line, sizeof(LAUNCH_FAILED) - 1, line.len));
		AUTO_FREE char *text = text_sanitised_line(said);
		error_set(err, ERROR_IO, "the engine could not start: %s", text);
		error_where(err, "%s", client->log_memory >= 0 ? client->paths.folder : client->paths.log);
		return true;
	}
	return false;
}

/* Nobody listens: starts an engine when that is wanted and due, and says how things stand. */
void client_explain_nobody(Client *client, Error *why) {
	if (client->start_engine && mono_now().ms >= client->launch_at_ms && !launch(client, why))
		return;
	if (read_complaint(client, why)) {
		client->engine_failed = true;
		return;
	}
	error_set(why, ERROR_MISSING, "no engine answers for this environment");
	error_hint(why, client->start_engine ? "its log tells more: %s" : "start one: breakglass, or breakglass engine start",
		client->paths.log);
	error_where(why, "%s", client->paths.socket);
}
