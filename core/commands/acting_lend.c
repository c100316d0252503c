/* acting_lend.c: a command that wants a terminal runs in that of whoever typed `breakglass apply`. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/commands/acting.h"
#include "core/engine/client_seat.h"

#define GRANT_WAIT_MS (2 * 60 * 1000)   /* the worker plans anew before it says that it may run */

typedef struct Lending { const Client *client; bool answered, ok; int64_t action; Error error; } Lending;

static void on_answer(void *userdata, bool ok, const Json *data, const Error *err) {
	Lending *lending = userdata;
	lending->answered = true;
	lending->ok = ok;
	lending->action = json_get_int(data, "action", 0);
	if (!ok)
		lending->error = *err;
}

/* Granted, refused, or ended before it began. */
static bool is_settled(const ClientModel *model, void *userdata) {
	const Lending *lending = userdata;
	(void) model;
	return client_seat_is_due(lending->client) || (lending->answered && (!lending->ok || client_seat_fd(lending->client) < 0));
}

static bool has_terminal(const Command *command, const Json *args, Error *err) {
	if (!command->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return true;
	error_set(err, ERROR_DENIED, command->json ? "it runs in the terminal of whoever starts it, which --json has no use for"
		: "it runs in the terminal of whoever starts it, and there is none here");
	error_where(err, "step %s", json_get_string_or(args, "step", ""));
	return error_hint(err, "type it in a terminal, without a pipe%s, or start it in the console", command->json ? " and without --json" : "");
}

static void tell_what(const char *text) {
	AUTO_CLEAR(Buf) shown = {0};
	text_sanitise(str_from(text), SANITISE_BLOCK, &shown);
	printf("breakglass: this terminal is the command's until it ends.\n%s\n\n", buf_text(&shown));
	(void) fflush(stdout);   /* a terminal that is gone takes nothing */
}

bool acting_lend(Command *command, Json *args, int64_t *ret_action, Error *err) {
	SeatEnd end;
	AUTO_CLEAR(Buf) words = {0};
	if (!has_terminal(command, args, err)) {
		json_free(args);
		return false;
	}
	if (!command_client(command, true, err)) {
		json_free(args);
		return false;
	}
	Lending lending = {.client = command->client};
	client_lend(command->client, args, on_answer, &lending);
	bool settled = client_wait(command->client, is_settled, &lending, GRANT_WAIT_MS, err);
	*ret_action = lending.action;
	if (!settled || (lending.answered && !lending.ok)) {
		if (settled)
			*err = lending.error;
		client_seat_close(command->client);
		return false;
	}
	if (!client_seat_is_due(command->client))
		return acting_wait_end(command, lending.action, err);   /* the record says why */
	tell_what(client_seat_text(command->client));
	bool ran = client_seat_run(command->client, STDIN_FILENO, &end, err);
	if (ran && !end.handed_in) {   /* else the record tells it */
		seat_end_words(&end, &words);
		printf("\nbreakglass: %s\n", buf_text(&words));
	}
	*ret_action = lending.action;
	if (ran && !lending.action)
		return error_set(err, ERROR_IO, "the engine has not said which action it is");
	/* What could not be started stands in the record with its reason. */
	return (ran || end.handed_in) && acting_wait_end(command, lending.action, err);
}
