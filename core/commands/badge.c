/* badge.c: see badge.h. */
#include "core/commands/badge.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/engine/signer.h"

#define BADGE_NAMESPACE "badge@breakglass"

static const Signer *key_of(const SignerList *list, const char *person, Error *err) {
	for (size_t i = 0; i < list->count; i++)
		if (text_eq(list->items[i].person, person))
			return &list->items[i];
	error_set(err, ERROR_DENIED, "none of the %zu keys at hand is %s's", list->count, person);
	error_hint(err, "whose keys count stands in the allowed_signers file; ssh-add yours, or let the environment name its file");
	return NULL;
}

bool command_badge(Command *command, const char *person, Error *err) {
	const SignoffSettings *settings = &command->environment->signoff;
	SignerSources sources = {.own_agent = true, .agents = &settings->agents, .key_files = &settings->keys};
	AUTO(SignerList) *signers = NULL;
	AUTO(Json) *data = NULL;
	AUTO(Json) *challenge = NULL;
	AUTO_CLEAR(Buf) signature = {0};
	if (!signer_list(&sources, &signers, err) || !command_ask(command, ASK_SIGNERS, signer_ask_args(signers), &data, err))
		return false;
	signer_take_reply(signers, data);
	const Signer *signer = key_of(signers, person, err);
	if (signer && signer->needs_touch)
		fprintf(stderr, "touch your key, %s\n", person);
	if (!signer || !command_ask(command, ASK_CHALLENGE, json_new_object(), &challenge, err)
		|| !signer_sign_in(signer, BADGE_NAMESPACE, json_get_string_or(challenge, "text", ""), &signature, err))
		return false;
	Json *args = json_new_object();
	json_add_string(args, "person", person);
	json_add_string(args, "signature", buf_text(&signature));
	return command_ask(command, ASK_BADGE, args, NULL, err);
}
