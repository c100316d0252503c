/* signoff_act.c: answering: the typed word, the statement from the engine, the key on its thread, the signature to the engine. Whatever is
 * refused on the way is kept on the screen with its hint. */
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "tui/view/signoff_view.h"
#include <stdio.h>
#include <string.h>

void signoff_drop(SignoffView *view)
{
	view->signing = signoff_work_free(view->signing);
	view->stage = STAGE_IDLE;
	explicit_bzero(view->code, sizeof(view->code));
	free(view->statement);
	view->statement = NULL;
}

void signoff_refuse(SignoffView *view, const Error *err)
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

/* What is said when it counts, before and after the role. A yes has words of its own. */
static const struct { const char *before, *after; } COUNTED[DECISION_COUNT] = {
	[DECISION_NO] = { "Your no as ", " stands in the record." }, [DECISION_ESCALATE] = { "Escalated as ", "." },
	[DECISION_WITHDRAW] = { "What was answered as ", " is taken back." },
	[DECISION_ALONE] = { "Signed ALONE as ", ". It shows everywhere until the missing role countersigns." },
	[DECISION_COUNTERSIGN] = { "Countersigned as ", "." },
};

static void judged(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	SignoffView *view = state;
	Decision decision = DECISION_YES;
	(void) reply;
	if (!ok) {
		signoff_refuse(view, err);
		view_error(context, err);
		return;
	}
	signoff_drop(view);
	view->refusal = (Error) { 0 };
	view->face = FACE_ASKED;
	signoff_forget_way(view);
	const char *role = json_get_string_or(data, "role", "?");
	const Gate *gate = signoff_gate(view, context);
	(void) decision_parse(json_get_string_or(data, "decision", ""), &decision);   /* a text without one was a yes */
	if (COUNTED[decision].before)
		view_say(context, decision == DECISION_ALONE ? ROLE_WARN : ROLE_OK, "%s%s%s", COUNTED[decision].before, role, COUNTED[decision].after);
	else if (gate && gate_state(gate, context->wall) == GATE_SIGNED)
		view_say(context, ROLE_OK, "Signed as %s. All have signed: Esc goes back.", role);
	else
		say_who_is_next(view, context, gate, role);
}

/* The decision stands in the text that was signed. */
static const char *decision_of(const char *statement)
{
	for (int i = 0; statement && i < DECISION_COUNT; i++) {
		AUTO_FREE char *line = bg_asprintf("\ndecision: %s\n", decision_name((Decision) i));
		if (strstr(statement, line))
			return decision_name((Decision) i);
	}
	return "yes";
}

static void send(SignoffView *view, ViewContext *context, Json *args)
{
	Json *data = json_new_object();
	json_add_string(args, "run", context->run->id);
	json_add_string(args, "gate", view->gate);
	json_add_string(args, "statement", view->statement);
	json_add_string(data, "role", view->statement_role);
	json_add_string(data, "decision", decision_of(view->statement));
	enter_stage(view, context, STAGE_ENGINE);
	view_ask_then(context, ASK_SIGN, args, judged, data);
}

void signoff_send(SignoffView *view, ViewContext *context, const char *signature, const char *method)
{
	Json *args = json_new_object();
	json_add_string(args, "signature", signature);
	json_add_string(args, "method", method);
	send(view, context, args);
}

/* ---- the key ---- */

static const Signer *find_signer(const SignoffView *view, const char *fingerprint)
{
	for (size_t i = 0; view->keys && i < view->keys->count; i++)
		if (text_eq(view->keys->items[i].fingerprint, fingerprint))
			return &view->keys->items[i];
	return NULL;
}

bool signoff_wants_touch(const SignoffView *view)
{
	const Signer *signer = find_signer(view, view->fingerprint);
	return signer && signer->needs_touch;
}

void signoff_take_statement(SignoffView *view, const Json *reply, const Json *data)
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
		explicit_bzero(view->code, sizeof(view->code));
		signoff_refuse(view, err);
		return;
	}
	if (*view->code) {
		signoff_take_statement(view, reply, data);
		Json *args = json_new_object();
		json_add_string(args, "code", view->code);
		explicit_bzero(view->code, sizeof(view->code));
		send(view, context, args);
		return;
	}
	if (!signer) {
		view->stage = STAGE_IDLE;
		view_refuse(context, "the key is no longer at hand");
		return;
	}
	signoff_take_statement(view, reply, data);
	snprintf(view->fingerprint, sizeof(view->fingerprint), "%s", signer->fingerprint);
	enter_stage(view, context, STAGE_KEY);
	if (signer->needs_touch)
		view_say(context, ROLE_WARN, "Touch your key, %s.", signer->person);
	view->signing = signoff_work_sign(signer, "signoff@breakglass", view->statement);
}

Json *signoff_statement_args(const SignoffView *view, const ViewContext *context, const char *role, const char *person,
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

static void fetch_to_sign(SignoffView *view, ViewContext *context, Json *args, const char *key)
{
	Json *data = json_copy(args);
	json_add_string(data, "key", key);
	view->refusal = (Error) { 0 };
	view->face = FACE_ASKED;
	signoff_drop(view);
	enter_stage(view, context, STAGE_STATEMENT);
	view_ask_then(context, ASK_STATEMENT, args, statement_to_sign, data);
}

void signoff_sign(SignoffView *view, ViewContext *context, const SignoffWay *way, const char *decision, const char *reason)
{
	Json *args = signoff_statement_args(view, context, way->role, way->signer->person, decision, reason);
	fetch_to_sign(view, context, args, way->signer->fingerprint);
}

void signoff_sign_by_code(SignoffView *view, ViewContext *context, Json *args, const char *code)
{
	fetch_to_sign(view, context, args, NULL);
	snprintf(view->code, sizeof(view->code), "%s", code);
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
	const char *yes = gate->reason_required ? "Type  sign REASON,  no REASON,  or  escalate REASON" : "Type  sign,  no REASON,  or  escalate REASON";
	if (!str_split(&rest, ' ', &word))
		return complain(view, yes);
	*ret_decision = NULL;
	*ret_reason = str_trim(rest);
	for (size_t i = 0; i < BG_LENGTH(words); i++)
		if (str_eq_c(word, words[i].word))
			*ret_decision = words[i].decision;
	if (!*ret_decision)
		return complain(view, yes);
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
	signoff_sign(view, context, &way, decision, text);
	input_set(&view->input, "");
}

/* ---- what threads have done ---- */

static void took_signers(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	SignoffView *view = state;
	(void) context;
	(void) data;
	if (!view->fresh)
		return;
	view->keys = signer_list_free(view->keys);
	view->keys = TAKE(view->fresh);
	view->keys_known = ok;
	view->keys_error = ok ? (Error) { 0 } : *err;
	if (ok)
		signer_take_reply(view->keys, reply);
}

static void take_keys(SignoffView *view, ViewContext *context)
{
	Error err = { 0 };
	view->fresh = signer_list_free(view->fresh);
	bool ok = signoff_work_take_list(view->looking, &view->fresh, &err);
	view->looking = signoff_work_free(view->looking);
	if (ok) {
		view_ask_then(context, ASK_SIGNERS, signer_ask_args(view->fresh), took_signers, NULL);
		return;
	}
	view->keys = signer_list_free(view->keys);
	view->keys_known = false;
	view->keys_error = err;
}

static void take_signature(SignoffView *view, ViewContext *context)
{
	AUTO_CLEAR(Buf) armour = { 0 };
	Error err = { 0 };
	bool ok = signoff_work_take_signature(view->signing, &armour, &err);
	view->signing = signoff_work_free(view->signing);
	const Signer *signer = find_signer(view, view->fingerprint);
	if (ok)
		signoff_send(view, context, buf_text(&armour), signer && signer->from_agent ? "agent" : "key");
	else
		signoff_refuse(view, &err);
}

void signoff_service(SignoffView *view, ViewContext *context)
{
	if (view->looking && signoff_work_is_done(view->looking))
		take_keys(view, context);
	if (view->signing && signoff_work_is_done(view->signing))
		take_signature(view, context);
}
