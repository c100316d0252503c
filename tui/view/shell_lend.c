/* shell_lend.c: this terminal, lent to a command: the console goes, the command runs as if it had been typed here, and the console comes back whole. */
#include <stdio.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/engine/client_seat.h"
#include "tui/view/shell.h"

/* What runs now stands above what it says, for whoever reads it there afterwards. */
static void tell_what(const char *text)
{
	AUTO_CLEAR(Buf) shown = { 0 };
	text_sanitise(str_from(text), SANITISE_BLOCK, &shown);
	printf("breakglass: this terminal is the command's until it ends.\n%s\n\n", buf_text(&shown));
	(void) fflush(stdout);   /* a terminal that is gone takes nothing */
}

bool shell_lend_if_due(Shell *shell, void (*before)(void *userdata), void *userdata)
{
	SeatEnd end;
	Error err = { 0 };
	AUTO_CLEAR(Buf) words = { 0 };
	if (!client_seat_is_due(shell->client))
		return false;
	if (before)
		before(userdata);
	if (shell->term)
		term_put_aside(shell->term);
	tell_what(client_seat_text(shell->client));
	bool ran = client_seat_run(shell->client, STDIN_FILENO, &end, &err);
	if (ran)
		seat_end_words(&end, &words);
	if (ran && shell->term) {
		printf("\nbreakglass: %s\n", buf_text(&words));   /* what stays there when the console is left */
		(void) fflush(stdout);   /* as above */
	}
	if (shell->term)
		term_take_back(shell->term);
	ViewContext context = shell_context(shell, shell->shown, NULL);
	if (!ran)
		view_error(&context, &err);
	else
		view_say(&context, end.exit_code == 0 && end.handed_in ? ROLE_OK : ROLE_WARN, "%s", buf_text(&words));
	/* Until a key: the step goes on meanwhile, and who comes back looks elsewhere first. */
	shell->message.until = (MonoTime) { 0 };
	shell->dirty = true;
	return true;
}
