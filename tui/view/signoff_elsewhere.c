/* signoff_elsewhere.c: the exact text that is signed: shown, copied, taken to where the key is, and the signature pasted. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "tui/view/copying.h"
#include "tui/view/signoff_view.h"
#include <stdio.h>
#include <unistd.h>

void signoff_forget_file(SignoffView *view)
{
	if (view->statement_file)
		(void) unlink(view->statement_file);   /* gone already is as good */
	free(view->statement_file);
	view->statement_file = NULL;
}

static void statement_to_show(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	SignoffView *view = state;
	if (!text_eq(view->gate, json_get_string(data, "gate")) || view->face == FACE_ASKED)
		return;
	if (!ok) {
		view->face = FACE_ASKED;
		view->answer_wanted = 0;
		view->answer_asked = false;
		signoff_refuse(view, err);
		view_error(context, err);
		return;
	}
	signoff_take_statement(view, reply, data);
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
	if (!signoff_is_asked(context->run, gate, context->wall)) {
		show_signed(view, gate);
		return;
	}
	if (signoff_way(view, context, gate, &way)) {
		fetch_statement(view, context, FACE_STATEMENT, signoff_statement_args(view, context, way.role, way.signer->person, "yes", NULL));
		return;
	}
	const char *role = first_open_role(context, gate), *person = holder_of(context, role);
	if (person)
		fetch_statement(view, context, FACE_STATEMENT, signoff_statement_args(view, context, role, person, "yes", NULL));
	else
		view_refuse(context, "nobody of this environment holds the role %s", role);
}

static void paste_chosen(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	SignoffView *view = state;
	AUTO_FREE char *person = NULL;
	AUTO_FREE char *role = NULL;
	signoff_split_holder(form_text(&dialog->form, 0), &person, &role);
	const char *decision = form_text(&dialog->form, 1), *reason = form_text(&dialog->form, 2);
	bool plain = text_eq(decision, decision_name(DECISION_YES)) || text_eq(decision, decision_name(DECISION_COUNTERSIGN));
	if (!*reason && (json_get_bool(data, "reason", false) || !plain))
		view_refuse(context, "it wants a reason: what is signed carries it");
	else
		fetch_statement(view, context, FACE_PASTE, signoff_statement_args(view, context, role, person, decision, reason));
}

/* Who signs, what, and why is part of the text: it must be said first. */
void signoff_begin_paste(SignoffView *view, ViewContext *context)
{
	const Gate *gate = signoff_gate(view, context);
	Json *data = json_new_object();
	json_add_bool(data, "reason", gate->reason_required);
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "A signature made elsewhere", "show the text", paste_chosen, data);
	styled_add(&dialog->text, ROLE_TEXT, "Who signs, in which role, what and why: all of it stands in the text that is signed.\n");
	signoff_add_who_and_what(view, context, gate, &dialog->form);
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
	signoff_send(view, context, armour, "signature");
}

void signoff_copy(SignoffView *view, ViewContext *context)
{
	copying_copy(context, str_from(view->statement), COPY_EXACT);
	if (view->statement_file)
		view_say(context, ROLE_OK, "The text was sent to the terminal's clipboard; if that does not take it: %s.", view->statement_file);
}

bool signoff_copying(void *state, ViewContext *context, Copying *out)
{
	const SignoffView *view = state;
	(void) context;
	buf_puts(&out->text, view->statement ? view->statement : "");
	out->mode = COPY_EXACT;
	return view->statement != NULL;
}
