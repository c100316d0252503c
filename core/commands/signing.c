/* signing.c: statement and sign, with the signer's own agent, a key file, or a signature made elsewhere. The engine never sees a key. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/commands/command.h"
#include "core/commands/rows.h"
#include "core/engine/signer.h"
#include "core/signoff/statement.h"

#define STATEMENT_FILE_MAX (256 * 1024)
#define CODE_INPUT_MAX 64
#define SIGNATURE_FILE_MAX (64 * 1024)

/* The gate that a word names: a step by its number, else the gate itself. */
static Json *gate_args(Command *command, const Run *run) {
	const char *word = command_word(command, 0);
	const IncidentStep *step = run_find_step(run, word);
	Json *args = json_new_object();
	json_add_string(args, "run", run->id);
	json_add_string(args, step ? "step" : "gate", step ? step->id : word);
	json_add_string(args, "role", command_flag(command, "role"));
	static const char *const answers[] = {"no", "escalate", "withdraw", "alone"};
	const char *decision = command_has(command, "countersign") ? "countersign" : "yes", *reason = command_flag(command, "reason");
	for (size_t i = 0; i < BG_LENGTH(answers); i++) {
		if (!command_has(command, answers[i]))
			continue;
		decision = answers[i];
		reason = command_flag(command, answers[i]);
	}
	json_add_string(args, "decision", decision);
	json_add_string(args, "reason", reason);
	return args;
}

static bool fetch_statement(Command *command, Json *args, char **ret_text, char **ret_gate, Error *err) {
	AUTO(Json) *data = NULL;
	if (!command_ask(command, ASK_STATEMENT, args, &data, err))
		return false;
	*ret_text = bg_strdup(json_get_string(data, "text"));
	*ret_gate = bg_strdup(json_get_string(data, "gate"));
	return true;
}

int run_statement(Command *command) {
	Error err = {0};
	const Run *run;
	if (!command_has(command, "role"))
		return command_usage(command, "say with --role in which role you sign");
	if (!command_run(command, &run, &err))
		return command_failed(&err);
	Json *args = gate_args(command, run);
	const char *person = command_flag(command, "person");
	json_add_string(args, "person", person ? person : client_model(command->client)->who);
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *gate = NULL;
	if (!fetch_statement(command, args, &text, &gate, &err))
		return command_failed(&err);
	fputs(text, stdout);
	return EXIT_OK;
}

static bool send_signature(Command *command, const Run *run, const char *gate, const char *statement, const char *signature,
	const char *method, Error *err) {
	Json *args = json_new_object();
	json_add_string(args, "run", run->id);
	json_add_string(args, "gate", gate);
	json_add_string(args, "statement", statement);
	json_add_string(args, "signature", signature);
	json_add_string(args, "method", method);
	return command_ask(command, ASK_SIGN, args, NULL, err);
}

/* A pasted signature: the text that was signed comes with it, since a new statement would carry a new time. */
static int sign_pasted(Command *command, const Run *run) {
	Error err = {0};
	AUTO_CLEAR(Buf) statement = {0};
	AUTO_CLEAR(Buf) signature = {0};
	if (!command_has(command, "statement"))
		return command_usage(command, "--signature needs --statement FILE: the exact text that was signed");
	if (!file_read(command_flag(command, "statement"), STATEMENT_FILE_MAX, &statement, &err)
		|| !file_read(command_flag(command, "signature"), SIGNATURE_FILE_MAX, &signature, &err))
		return command_failed(&err);
	AUTO_CLEAR(Statement) said = {0};
	if (!statement_parse(buf_str(&statement), &said, &err)) {
		error_where(&err, "%s", command_flag(command, "statement"));
		return command_failed(&err);
	}
	if (!send_signature(command, run, said.gate, buf_text(&statement), buf_text(&signature), "signature", &err))
		return command_failed(&err);
	command_print("signed\n");
	return EXIT_OK;
}

static int sign_here(Command *command, const Run *run) {
	Error err = {0};
	AUTO(SignerList) *signers = NULL;
	const char *key = command_flag(command, "key"), *person = command_flag(command, "person"), *role = command_flag(command, "role");
	StrList keys = {0};
	if (key)
		strlist_add(&keys, key);
	const SignoffSettings *settings = &command->environment->signoff;
	SignerSources sources = {.own_agent = !key, .agents = key ? NULL : &settings->agents, .key_files = key ? &keys : &settings->keys};
	bool found = signer_list(&sources, &signers, &err);
	strlist_clear(&keys);
	AUTO(Json) *data = NULL;
	if (!found || !command_ask(command, ASK_SIGNERS, signer_ask_args(signers), &data, &err))
		return command_failed(&err);
	const Signer *signer = signer_choose(signers, data, role, person, &err);
	if (!signer)
		return command_failed(&err);
	Json *args = gate_args(command, run);
	json_add_string(args, "person", signer->person);
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *gate = NULL;
	if (!fetch_statement(command, args, &text, &gate, &err))
		return command_failed(&err);
	fprintf(stderr, "%s\nsigning with %s %s%s\n", text, signer->fingerprint, signer->comment, signer->needs_touch ? ": touch your key" : "");
	AUTO_CLEAR(Buf) signature = {0};
	if (!signer_sign(signer, text, &signature, &err)
		|| !send_signature(command, run, gate, text, buf_text(&signature), signer->from_agent ? "agent" : "key", &err))
		return command_failed(&err);
	command_print("signed as %s for %s\n", signer->person, role);
	return EXIT_OK;
}

/* "-": the code comes on stdin, so that it stands in no list of processes. */
static bool read_code(const char *word, Buf *out, Error *err) {
	AUTO_CLEAR(Buf) typed = {0};
	if (text_eq(word, "-") && !file_read_fd(0, "the code", CODE_INPUT_MAX, &typed, err))
		return false;
	buf_put_str(out, str_trim(text_eq(word, "-") ? buf_str(&typed) : str_from(word)));
	return true;
}

/* The weaker way: a one-time code vouches for the text, where the environment allows it. */
static int sign_by_code(Command *command, const Run *run) {
	Error err = {0};
	AUTO_CLEAR(Buf) code = {0};
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *gate = NULL;
	const char *person = command_flag(command, "person") ? command_flag(command, "person") : client_model(command->client)->who;
	Json *args = gate_args(command, run);
	json_add_string(args, "person", person);
	if (!fetch_statement(command, args, &text, &gate, &err) || !read_code(command_flag(command, "code"), &code, &err))
		return command_failed(&err);
	fprintf(stderr, "%s\nsigning by one-time code (weaker than a key)\n", text);
	Json *sent = json_new_object();
	json_add_string(sent, "run", run->id);
	json_add_string(sent, "gate", gate);
	json_add_string(sent, "statement", text);
	json_add_string(sent, "code", buf_text(&code));
	if (!command_ask(command, ASK_SIGN, sent, NULL, &err))
		return command_failed(&err);
	command_print("signed as %s for %s by one-time code (weaker)\n", person, command_flag(command, "role"));
	return EXIT_OK;
}

int run_sign(Command *command) {
	Error err = {0};
	const Run *run;
	if (!command_has(command, "role"))
		return command_usage(command, "say with --role in which role you sign: nobody is counted for a role by accident");
	if (!command_run(command, &run, &err))
		return command_failed(&err);
	if (command_has(command, "code"))
		return sign_by_code(command, run);
	return command_has(command, "signature") ? sign_pasted(command, run) : sign_here(command, run);
}
