/* doors.c: see doors.h. */
#include "core/engine/doors.h"

#include <unistd.h>

#include "core/engine/connection.h"

#define HELLO_DEADLINE_MS 10000

/* Whose engine this is, or who is in the group that the environment names. The kernel says who it is. */
static bool may_enter(const Engine *engine, const Connection *connection, Error *err) {
	if (connection->uid == getuid())
		return true;
	for (size_t i = 0; engine->has_group && i < connection->group_count; i++)
		if (connection->groups[i] == engine->group)
			return true;
	error_set(err, ERROR_DENIED, "this engine belongs to another login, and %s may not use it", connection->who);
	if (engine->has_group)
		return error_hint(err, "the environment lets in the group %s", engine->environment->group);
	return error_hint(err, "to share it, name a group of this machine in the environment: group: NAME");
}

/* Who connects and does not say what it is takes a place away from somebody else. */
static Connection *oldest_silent(const Engine *engine, const Connection *newest) {
	Connection *oldest = NULL;
	for (Connection *connection = engine->connections; connection; connection = connection->next)
		if (connection != newest && !connection->welcome && !connection->closing)
			oldest = connection;   /* the list begins with the newest */
	return oldest;
}

static size_t count_open(const Engine *engine) {
	size_t count = 0;
	for (const Connection *connection = engine->connections; connection; connection = connection->next)
		count += !connection->closing;
	return count;
}

void doors_admit(Engine *engine, Connection *connection) {
	Error err = {0};
	if (!may_enter(engine, connection, &err)) {
		connection_refuse(connection, &err);
		return;
	}
	if (count_open(engine) <= ENGINE_CONNECTIONS_MAX)
		return;
	error_set(&err, ERROR_CONFLICT, "%d clients are connected already", ENGINE_CONNECTIONS_MAX);
	error_hint(&err, "close consoles that nobody uses, then try again");
	Connection *silent = oldest_silent(engine, connection);
	connection_refuse(silent ? silent : connection, &err);
}

void doors_close_idle(const Engine *engine) {
	int64_t now = mono_now().ms;
	for (Connection *connection = engine->connections; connection; connection = connection->next) {
		Error err = {0};
		if (!connection->welcome && now - connection->since_ms > HELLO_DEADLINE_MS)
			error_set(&err, ERROR_TIMEOUT, "nothing was said for %d s", HELLO_DEADLINE_MS / 1000);
		else if (connection->half_since_ms && now - connection->half_since_ms > CONNECTION_HALF_FRAME_MS)
			error_set(&err, ERROR_TIMEOUT, "a message was begun and not ended within %d s", CONNECTION_HALF_FRAME_MS / 1000);
		if (error_is_set(&err))
			connection_refuse(connection, &err);
	}
}

static size_t count_queued(const Engine *engine) {
	size_t count = 0;
	for (const Connection *connection = engine->connections; connection; connection = connection->next)
		count += connection_queued(connection);
	return count;
}

void doors_relieve(const Engine *engine) {
	while (count_queued(engine) > CONNECTION_QUEUES_MAX) {
		Connection *slowest = NULL;
		for (Connection *connection = engine->connections; connection; connection = connection->next)
			if (connection_queued(connection) && (!slowest || connection->took_ms < slowest->took_ms))
				slowest = connection;
		connection_close(slowest);
	}
}
