/* badge.c: see badge.h. Keys and agents are asked on a thread: a key that waits for a touch keeps nobody waiting. */
#include <stdio.h>
#include "core/base/alloc.h"
#include "tui/view/shell.h"

#define BADGE_NAMESPACE "badge@breakglass"

static ViewContext context_of(Shell *shell)
{
	return shell_context(shell, shell->shown, NULL);
}

static void drop(Badge *badge)
{
	badge->stage = BADGE_NONE;
	badge->work = signoff_work_free(badge->work);
	badge->keys = signer_list_free(badge->keys);
}

void badge_clear(Badge *badge)
{
	drop(badge);
}

static void fail(Shell *shell, const Error *err)
{
	ViewContext context = context_of(shell);
	Error told = *err;
	drop(&shell->badge);
	error_what(&told, "badge");
	view_error(&context, &told);
}

static void fail_words(Shell *shell, const char *why, const char *hint)
{
	Error err = { 0 };
	error_set(&err, ERROR_DENIED, "%s", why);
	error_hint(&err, "%s", hint);
	fail(shell, &err);
}

/* ---- the challenge and its answer ---- */

static const Signer *key_of(const Badge *badge, const char *person)
{
	for (size_t i = 0; badge->keys && i < badge->keys->count; i++)
		if (text_eq(badge->keys->items[i].person, person))
			return &badge->keys->items[i];
	return NULL;
}

static void on_badge(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	Shell *shell = context->shell;
	char span[SPAN_TEXT_SIZE];
	(void) state;
	(void) data;
	if (!ok) {
		fail(shell, err);
		return;
	}
	drop(&shell->badge);
	view_say(context, ROLE_OK, "You are %s now, for %s. badge-off gives the terminal back to its login.", json_get_string_or(reply, "person", "?"),
		span_format_short(json_get_int(reply, "for_ms", 0), span));
}

static void on_challenge(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	Shell *shell = context->shell;
	Badge *badge = &shell->badge;
	(void) state;
	(void) data;
	if (badge->stage != BADGE_CHALLENGE)
		return;
	const Signer *signer = key_of(badge, badge->person);
	if (!ok || !signer) {
		Error none = { 0 };
		error_set(&none, ERROR_MISSING, "the key is no longer at hand");
		fail(shell, ok ? &none : err);
		return;
	}
	if (signer->needs_touch)
		view_say(context, ROLE_WARN, "Touch your key, %s.", badge->person);
	badge->stage = BADGE_KEY;
	badge->work = signoff_work_sign(signer, BADGE_NAMESPACE, json_get_string_or(reply, "text", ""));
}

static void take_signature(Shell *shell)
{
	Badge *badge = &shell->badge;
	AUTO_CLEAR(Buf) armour = { 0 };
	Error err = { 0 };
	bool ok = signoff_work_take_signature(badge->work, &armour, &err);
	badge->work = signoff_work_free(badge->work);
	if (!ok) {
		fail(shell, &err);
		return;
	}
	ViewContext context = context_of(shell);
	Json *args = json_new_object();
	json_add_string(args, "person", badge->person);
	json_add_string(args, "signature", buf_text(&armour));
	badge->stage = BADGE_ENGINE;
	view_ask_then(&context, ASK_BADGE, args, on_badge, NULL);
}

/* ---- whose ---- */

static void challenge(Shell *shell)
{
	Badge *badge = &shell->badge;
	ViewContext context = context_of(shell);
	if (!key_of(badge, badge->person)) {
		AUTO_FREE char *why = bg_asprintf("none of the %zu keys at hand is %s's", badge->keys->count, badge->person);
		fail_words(shell, why, "ssh-add your key, or let the environment name its file under signoff: keys");
		return;
	}
	badge->stage = BADGE_CHALLENGE;
	view_ask_then(&context, ASK_CHALLENGE, NULL, on_challenge, NULL);
}

static void chosen(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	Badge *badge = &context->shell->badge;
	(void) state;
	(void) data;
	snprintf(badge->person, sizeof(badge->person), "%s", form_text(&dialog->form, 0));
	if (badge->stage == BADGE_WHOSE)
		challenge(context->shell);
}

static bool is_listed(const char *const choices[], size_t count, const char *person)
{
	for (size_t i = 0; i < count; i++)
		if (text_eq(choices[i], person))
			return true;
	return false;
}

static void ask_whose(Shell *shell)
{
	Badge *badge = &shell->badge;
	ViewContext context = context_of(shell);
	size_t count = 0;
	Dialog *dialog = view_dialog(&context, DIALOG_FORM, "Who is at the keys?", "prove it", chosen, NULL);
	styled_printf(&dialog->text, ROLE_TEXT, "This is the login of %s. Your key signs a challenge; what is done here bears your name until badge-off, or until "
		"the badge runs out.\n", context.model->login ? context.model->login : context.model->who);
	for (size_t i = 0; i < badge->keys->count && count < BADGE_CHOICES_MAX; i++) {
		const char *person = badge->keys->items[i].person;
		if (person && !text_eq(person, context.model->who) && !is_listed(badge->choices, count, person))
			badge->choices[count++] = view_keep(&context, person);
	}
	if (!count) {
		shell_close_dialog(shell);
		fail_words(shell, "no key at hand is of anybody else than you", "ssh-add yours, or let the environment name its file under signoff: keys");
		return;
	}
	badge->stage = BADGE_WHOSE;
	FormField *field = form_add(&dialog->form, FIELD_CHOICE, "You are", "");
	field->choices = badge->choices;
	field->choice_count = count;
	field->help = "left and right change it";
}

static void took_signers(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	Shell *shell = context->shell;
	(void) state;
	(void) data;
	if (shell->badge.stage != BADGE_KEYS || !shell->badge.keys)
		return;
	if (!ok) {
		fail(shell, err);
		return;
	}
	signer_take_reply(shell->badge.keys, reply);
	if (*shell->badge.person)
		challenge(shell);
	else
		ask_whose(shell);
}

static void take_keys(Shell *shell)
{
	Badge *badge = &shell->badge;
	Error err = { 0 };
	bool ok = signoff_work_take_list(badge->work, &badge->keys, &err);
	badge->work = signoff_work_free(badge->work);
	ViewContext context = context_of(shell);
	if (ok)
		view_ask_then(&context, ASK_SIGNERS, signer_ask_args(badge->keys), took_signers, NULL);
	else
		fail(shell, &err);
}

/* ---- beginning and end ---- */

void badge_begin(Shell *shell, const char *person)
{
	Badge *badge = &shell->badge;
	drop(badge);
	snprintf(badge->person, sizeof(badge->person), "%s", person);
	badge->work = signoff_work_find(shell_model(shell)->environment);
	badge->stage = BADGE_KEYS;
}

static void took_off(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	(void) state;
	(void) reply;
	(void) data;
	if (ok)
		view_say(context, ROLE_OK, "You are %s again, by the login.", context->model->who);
	else
		view_error(context, err);
}

void badge_take_off(Shell *shell)
{
	ViewContext context = context_of(shell);
	drop(&shell->badge);
	view_ask_then(&context, ASK_UNBADGE, NULL, took_off, NULL);
}

/* A connection that comes back is its login's: the person is told, or proves it anew where the console was opened so. */
static bool watch_connection(Shell *shell)
{
	const ClientModel *model = shell_model(shell);
	Badge *badge = &shell->badge;
	if (!model->connected) {
		if (model->login && !*badge->gone)
			snprintf(badge->gone, sizeof(badge->gone), "%s", model->who);
		if (badge->stage != BADGE_NONE)
			drop(badge);
		badge->began = false;
		return false;
	}
	if (!model->caught_up)
		return false;
	if (shell->settings->as && !badge->began) {
		badge->began = true;
		badge->gone[0] = '\0';
		badge_begin(shell, shell->settings->as);
		return true;
	}
	if (*badge->gone) {
		ViewContext context = context_of(shell);
		view_say(&context, ROLE_WARN, "The engine is back, without the badge of %s: you are %s.", badge->gone, model->who);
		badge->gone[0] = '\0';
		return true;
	}
	return false;
}

bool badge_service(Shell *shell)
{
	Badge *badge = &shell->badge;
	bool news = watch_connection(shell);
	if (badge->stage == BADGE_WHOSE && !shell->in_dialog)
		drop(badge);   /* the question was left */
	if (!badge->work || !signoff_work_is_done(badge->work))
		return news;
	if (badge->stage == BADGE_KEYS)
		take_keys(shell);
	else
		take_signature(shell);
	return true;
}

bool badge_is_busy(const Shell *shell)
{
	return shell->badge.stage != BADGE_NONE && shell->badge.stage != BADGE_WHOSE;
}

bool badge_wants_touch(const Shell *shell)
{
	const Signer *signer = shell->badge.stage == BADGE_KEY ? key_of(&shell->badge, shell->badge.person) : NULL;
	return signer && signer->needs_touch;
}

bool badge_is_awaited(const Shell *shell)
{
	return shell_model(shell)->caught_up && (badge_is_busy(shell) || (shell->settings->as && !shell->badge.began));
}

/* ---- in words ---- */

bool badge_is_over(const ClientModel *model, MonoTime now)
{
	return model->login && now.ms >= model->badge_until_ms;
}

const char *badge_words(const ClientModel *model, MonoTime now, char text[static 160])
{
	const char *who = model->who ? model->who : "?";
	snprintf(text, 160, "%s%s", who, !model->login ? "" : badge_is_over(model, now) ? ", whose badge ran out" : " by badge");
	return text;
}
