/* signoff_act.c: answering: the typed word, the statement from the engine, the key on its thread, the signature to the engine. Whatever is
 * refused on the way is kept on the screen with its hint. */
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "tui/view/signoff_view.h"
#include <stdio.h>
#include <unistd.h>

void signoff_drop(SignoffView *view)
{
	view->signing = signoff_work_free(view->signing);
	view->stage = STAGE_IDLE;
	free(view->statement);
	view->statement = NULL;
}

void signoff_forget_file(SignoffView *view)
{
	if (view->statement_file)
		(void) unlink(view->statement_file);   /* gone already is as good */
	free(view->statement_file);
	view->statement_file = NULL;
}

static void refuse(SignoffView *view, const Error *err)
{
	view->refusal = *err;
	view->stage = STAGE_IDLE;
	view->face = view->face == FACE_PASTE ? FACE_PASTE : FACE_ASKED;
	view->pager.top = 0;
}

static void enter_stage(SignoffView *view, const ViewContext *context, SignoffStage stage)
{
	view->stage = stage;
	view->stage_since = context->mono;
}

/* ---- the signature to the engine ---- */

/* The other role is another person's: it wants a key of its own first, so that nothing is signed by typing the same again. */
static void say_who_is_next(SignoffView *view, ViewContext *context, const Gate *gate, const char *role)
{
	SignoffWay own, ways[SIGNOFF_WAYS_MAX];
	if (gate && signoff_way(view, context, gate, &own))
		view_say(context, ROLE_OK, "Signed as %s. %s is still asked, and that is you.", role, own.role);
	else if (gate && signoff_ways(view, context, gate, ways))
		view_say(context, ROLE_OK, "Signed as %s. %s is still asked: o takes that role, with %s's key.", role, ways[0].role, ways[0].signer->person);
	else
		view_say(context, ROLE_OK, "Signed as %s. The others are still asked.", role);
}

static void judged(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	SignoffView *view = state;
	(void) reply;
	const char *decision = json_get_string_or(data, "decision", "yes");
	if (!ok) {
		refuse(view, err);
		view_error(context, err);
		return;
	}
	signoff_drop(view);
	view->refusal = (Error) { 0 };
	view->face = FACE_ASKED;
	signoff_forget_way(view);
	const char *role = json_get_string_or(data, "role", "?");
	const Gate *gate = signoff_gate(view, context);
	if (gate && gate_state(gate, context->wall) == GATE_SIGNED)
		view_say(context, ROLE_OK, "Signed as %s. All have signed: Esc goes back.", role);
	else if (text_eq(decision, "yes"))
		say_who_is_next(view, context, gate, role);
	else
		view_say(context, ROLE_OK, text_eq(decision, "no") ?
			"Your no as %s stands in the record." : "Escalated as %s.", role);
}

static void send_signature(SignoffView *view, ViewContext *context, const char *signature, const char *method, const char *decision)
{
	Json *args = json_new_object(), *data = json_new_object();
	json_add_string(args, "run", context->run->id);
	json_add_string(args, "gate", view->gate);
	json_add_string(args, "statement", view->statement);
	json_add_string(args, "signature", signature);
	json_add_string(args, "method", method);
	json_add_string(data, "role", view->statement_role);
	json_add_string(data, "decision", decision);
	enter_stage(view, context, STAGE_ENGINE);
	view_ask_then(context, ASK_SIGN, args, judged, data);
}

/* The decision stands in the text that was signed. */
static const char *decision_of(const char *statement)
{
	if (statement && strstr(statement, "\ndecision: no\n"))
		return "no";
	return statement && strstr(statement, "\ndecision: escalate\n") ? "escalate" : "yes";
}

/* ---- the key ---- */

static const Signer *find_signer(const SignoffView *view, const char *fingerprint)
{
	for (size_t i = 0; view->keys && i < view->keys->count; i++)
		if (text_eq(view->keys->items[i].fingerprint, fingerprint))
			return &view->keys->items[i];
	return NULL;
}

static void take_statement(SignoffView *view, const Json *reply, const Json *data)
{
	free(view->statement);
	view->statement = bg_strdup(json_get_string_or(reply, "text", ""));
	snprintf(view->statement_role, sizeof(view->statement_role), "%s", json_get_string_or(data, "role", ""));
	snprintf(view->statement_person, sizeof(view->statement_person), "%s", json_get_string_or(data, "person", ""));
}

static void statement_to_sign(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	SignoffView *view = state;
	const Signer *signer = find_signer(view, json_get_string(data, "key"));
	if (view->stage != STAGE_STATEMENT || !text_eq(view->gate, json_get_string(data, "gate")))
		return;
	if (!ok) {
		refuse(view, err);
		return;
	}
	if (!signer) {
		view->stage = STAGE_IDLE;
		view_refuse(context, "the key is no longer at hand");
		return;
	}
	take_statement(view, reply, data);
	snprintf(view->fingerprint, sizeof(view->fingerprint), "%s", signer->fingerprint);
	enter_stage(view, context, STAGE_KEY);
	view->signing = signoff_work_sign(signer, view->statement);
}

static Json *statement_args(const SignoffView *view, const ViewContext *context, const char *role, const char *person,
	const char *decision, const char *reason)
{
	Json *args = json_new_object();
	json_add_string(args, "run", context->run->id);
	json_add_string(args, "gate", view->gate);
	json_add_string(args, "role", role);
	json_add_string(args, "person", person);
	json_add_string(args, "decision", decision);
	json_add_string(args, "reason", reason);
	return args;
}

static void sign(SignoffView *view, ViewContext *context, const SignoffWay *way, const char *decision, const char *reason)
{
	Json *args = statement_args(view, context, way->role, way->signer->person, decision, reason);
	Json *data = json_copy(args);
	json_add_string(data, "key", way->signer->fingerprint);
	view->refusal = (Error) { 0 };
	view->face = FACE_ASKED;
	signoff_drop(view);
	enter_stage(view, context, STAGE_STATEMENT);
	view_ask_then(context, ASK_STATEMENT, args, statement_to_sign, data);
}

/* ---- what was typed ---- */

static bool complain(SignoffView *view, const char *text)
{
	snprintf(view->complaint, sizeof(view->complaint), "%s", text);
	return false;
}

/* "sign", "sign REASON", "no REASON", "escalate REASON". */
static bool read_answer(SignoffView *view, const Gate *gate, const char **ret_decision, Str *ret_reason)
{
	static const struct { const char *word, *decision; } words[] = { { "sign", "yes" }, { "no", "no" }, { "escalate", "escalate" } };
	Str rest = str_trim(str_from(input_text(&view->input))), word;
	if (!str_split(&rest, ' ', &word))
		return complain(view, "Type  sign,  or  no REASON");
	*ret_decision = NULL;
	*ret_reason = str_trim(rest);
	for (size_t i = 0; i < BG_LENGTH(words); i++)
		if (str_eq_c(word, words[i].word))
			*ret_decision = words[i].decision;
	if (!*ret_decision)
		return complain(view, "Type  sign,  no REASON,  or  escalate REASON");
	if (!ret_reason->len && !text_eq(*ret_decision, "yes"))
		return complain(view, "It wants a reason, in the same line");
	if (!ret_reason->len && gate->reason_required)
		return complain(view, "A yes wants a reason too:  sign REASON");
	return true;
}

void signoff_submit(SignoffView *view, ViewContext *context)
{
	const Gate *gate = signoff_gate(view, context);
	SignoffWay way;
	const char *decision;
	Str reason;
	view->complaint[0] = '\0';
	if (!gate || !signoff_way(view, context, gate, &way)) {
		view->typing = false;
		view_refuse(context, "nothing is asked of you here any more");
		return;
	}
	if (!read_answer(view, gate, &decision, &reason))
		return;
	AUTO_FREE char *text = str_dup(reason);
	view->typing = false;
	sign(view, context, &way, decision, text);
	input_set(&view->input, "");
}

/* ---- the text, here and elsewhere ---- */

static void statement_to_show(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	SignoffView *view = state;
	if (!text_eq(view->gate, json_get_string(data, "gate")) || view->face == FACE_ASKED)
		return;
	if (!ok) {
		view->face = FACE_ASKED;
		view->answer_wanted = 0;
		view->answer_asked = false;
		refuse(view, err);
		view_error(context, err);
		return;
	}
	take_statement(view, reply, data);
	signoff_forget_file(view);
	if (view->answer_asked && view->face == FACE_STATEMENT)
		signoff_ask_answer(view, context);
	if (view->face != FACE_PASTE)
		return;
	const char *folder = getenv("TMPDIR");
	AUTO_FREE char *path = bg_asprintf("%s/statement-%d-%s.txt", folder && *folder == '/' ? folder : "/tmp", (int) getpid(),
		view->statement_role);
	/* A convenience: the text can be copied from the screen as well. */
	if (file_write_atomic(path, view->statement, strlen(view->statement), 0600, NULL))
		view->statement_file = TAKE(path);
}

static void fetch_statement(SignoffView *view, ViewContext *context, SignoffFace face, Json *args)
{
	const char *role = json_get_string_or(args, "role", ""), *person = json_get_string_or(args, "person", "");
	signoff_drop(view);
	view->face = face;
	view->pager = (Pager) { 0 };
	view->refusal = (Error) { 0 };
	snprintf(view->statement_role, sizeof(view->statement_role), "%s", role);
	snprintf(view->statement_person, sizeof(view->statement_person), "%s", person);
	view_ask_then(context, ASK_STATEMENT, args, statement_to_show, json_copy(args));
}

/* Somebody of the environment who holds the role; NULL when nobody does. */
static const char *holder_of(const ViewContext *context, const char *role)
{
	JSON_EACH(person, json_get(context->model->environment, "people"))
		JSON_EACH(held, json_get(person, "roles"))
			if (text_eq(json_string(held), role))
				return json_get_string(person, "name");
	return NULL;
}

static const char *first_open_role(const ViewContext *context, const Gate *gate)
{
	for (size_t i = 0; i < gate->roles.count; i++)
		if (signoff_role_is_open(gate, gate->roles.items[i], context->wall))
			return gate->roles.items[i];
	return gate->roles.items[0];
}

/* After the fact: the texts and the signatures as they stand in the record. */
static void show_signed(SignoffView *view, const Gate *gate)
{
	AUTO_CLEAR(Buf) text = { 0 };
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		if (signoff)
			buf_printf(&text, "%s%s\n", signoff->statement ? signoff->statement : "", signoff->signature ? signoff->signature : "");
	}
	signoff_drop(view);
	view->statement = buf_take(&text);
	view->statement_role[0] = '\0';
	view->face = FACE_STATEMENT;
	view->pager = (Pager) { 0 };
}

void signoff_show_statement(SignoffView *view, ViewContext *context)
{
	const Gate *gate = signoff_gate(view, context);
	SignoffWay way;
	if (!signoff_is_asked(gate, context->wall)) {
		show_signed(view, gate);
		return;
	}
	if (signoff_way(view, context, gate, &way)) {
		fetch_statement(view, context, FACE_STATEMENT, statement_args(view, context, way.role, way.signer->person, "yes", NULL));
		return;
	}
	const char *role = first_open_role(context, gate), *person = holder_of(context, role);
	if (person)
		fetch_statement(view, context, FACE_STATEMENT, statement_args(view, context, role, person, "yes", NULL));
	else
		view_refuse(context, "nobody of this environment holds the role %s", role);
}

static const char *const DECISIONS[] = { "yes", "no", "escalate" };

static void paste_chosen(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	SignoffView *view = state;
	Str role = str_from(form_text(&dialog->form, 0)), person;
	(void) str_split(&role, '/', &person);
	AUTO_FREE char *name = str_dup(person);
	AUTO_FREE char *role_name = str_dup(role);
	const char *decision = form_text(&dialog->form, 1), *reason = form_text(&dialog->form, 2);
	if (!*reason && (json_get_bool(data, "reason", false) || !text_eq(decision, DECISIONS[0])))
		view_refuse(context, "it wants a reason: what is signed carries it");
	else
		fetch_statement(view, context, FACE_PASTE, statement_args(view, context, role_name, name, decision, reason));
}

static size_t collect_holders(SignoffView *view, ViewContext *context, const Gate *gate)
{
	size_t count = 0;
	for (size_t i = 0; i < gate->roles.count; i++) {
		if (!signoff_role_is_open(gate, gate->roles.items[i], context->wall))
			continue;
		JSON_EACH(person, json_get(context->model->environment, "people"))
			JSON_EACH(held, json_get(person, "roles"))
				if (text_eq(json_string(held), gate->roles.items[i]) && count < SIGNOFF_PASTE_MAX) {
					AUTO_FREE char *label = bg_asprintf("%s/%s", json_get_string_or(person, "name", "?"), gate->roles.items[i]);
					view->paste_choices[count++] = view_keep(context, label);
				}
	}
	return count;
}

/* Who signs, what, and why is part of the text: it must be said first. */
void signoff_begin_paste(SignoffView *view, ViewContext *context)
{
	const Gate *gate = signoff_gate(view, context);
	Json *data = json_new_object();
	json_add_bool(data, "reason", gate->reason_required);
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "A signature made elsewhere", "show the text", paste_chosen, data);
	styled_add(&dialog->text, ROLE_TEXT, "Who signs, in which role, what and why: all of it stands in the text that is signed.\n");
	FormField *signer = form_add(&dialog->form, FIELD_CHOICE, "Signer", "");
	signer->choice_count = collect_holders(view, context, gate);
	signer->choices = view->paste_choices;
	signer->help = "left and right change it";
	FormField *decision = form_add(&dialog->form, FIELD_CHOICE, "Answer", "");
	decision->choices = DECISIONS;
	decision->choice_count = BG_LENGTH(DECISIONS);
	FormField *reason = form_add(&dialog->form, FIELD_TEXT, "Reason", "");
	reason->required = gate->reason_required;
}

void signoff_pasted(SignoffView *view, ViewContext *context, Str text)
{
	ptrdiff_t begin = str_find(text, "-----BEGIN SSH SIGNATURE-----");
	if (begin < 0 || !view->statement) {
		view_refuse(context, "that is no signature: paste the whole of FILE.sig, from -----BEGIN to END-----");
		return;
	}
	AUTO_FREE char *armour = str_dup(str_slice(text, (size_t) begin, SIZE_MAX));
	send_signature(view, context, armour, "signature", decision_of(view->statement));
}

void signoff_copy(SignoffView *view, ViewContext *context)
{
	view_copy(context, str_from(view->statement));
	view_say(context, ROLE_OK, "The text was sent to the terminal's clipboard%s%s.", view->statement_file ? "; if that does not take it: " : "",
		view->statement_file ? view->statement_file : "");
}

/* ---- what threads have done ---- */

static void took_signers(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	SignoffView *view = state;
	(void) context;
	(void) data;
	if (!view->keys)
		return;
	if (!ok) {
		view->keys_error = *err;
		return;
	}
	signer_take_reply(view->keys, reply);
	view->keys_known = true;
}

static void take_keys(SignoffView *view, ViewContext *context)
{
	SignerList *keys = NULL;
	view->keys_error = (Error) { 0 };
	view->keys_known = false;
	bool ok = signoff_work_take_list(view->looking, &keys, &view->keys_error);
	view->looking = signoff_work_free(view->looking);
	view->keys = signer_list_free(view->keys);
	if (!ok)
		return;
	view->keys = keys;
	view_ask_then(context, ASK_SIGNERS, signer_ask_args(keys), took_signers, NULL);
}

static void take_signature(SignoffView *view, ViewContext *context)
{
	AUTO_CLEAR(Buf) armour = { 0 };
	Error err = { 0 };
	bool ok = signoff_work_take_signature(view->signing, &armour, &err);
	view->signing = signoff_work_free(view->signing);
	const Signer *signer = find_signer(view, view->fingerprint);
	if (ok)
		send_signature(view, context, buf_text(&armour), signer && signer->from_agent ? "agent" : "key", decision_of(view->statement));
	else
		refuse(view, &err);
}

void signoff_service(SignoffView *view, ViewContext *context)
{
	if (view->looking && signoff_work_is_done(view->looking))
		take_keys(view, context);
	if (view->signing && signoff_work_is_done(view->signing))
		take_signature(view, context);
}
