/* signer.c: see signer.h. */
#include "core/engine/signer.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/base/moment.h"
#include "core/base/text.h"
#include "core/signoff/agent_client.h"
#include "core/signoff/key_file.h"
#include "core/signoff/sshsig.h"
#include "core/signoff/statement.h"

#define LIST_DEADLINE_MS 3000
#define SIGN_DEADLINE_MS (2 * 60 * 1000)

static Signer *add(SignerList *list, const PublicKey *key, const char *comment) {
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 8;
		list->items = bg_reallocarray(list->items, list->capacity, sizeof(*list->items));
	}
	Signer *signer = &list->items[list->count++];
	Str blob = public_key_blob(key);
	char fingerprint[FINGERPRINT_SIZE];
	*signer = (Signer){.comment = text_sanitised_line(comment ? comment : ""), .blob = bg_memdup(blob.ptr, blob.len),
		.blob_len = blob.len, .needs_touch = public_key_is_device(key)};
	snprintf(signer->fingerprint, sizeof(signer->fingerprint), "%s", public_key_fingerprint(key, fingerprint));
	return signer;
}

static bool has(const SignerList *list, Str blob) {
	for (size_t i = 0; i < list->count; i++)
		if (str_eq((Str){list->items[i].blob, list->items[i].blob_len}, blob))
			return true;
	return false;
}

static void add_agent(SignerList *list, const char *socket) {
	AUTO_FREE char *socket_path = path_expand_home(socket);
	AUTO_CLEAR(AgentIdentities) identities = {0};
	Error err = {0};
	if (!agent_list(socket_path, (MonoTime){mono_now().ms + LIST_DEADLINE_MS}, &identities, &err)) {
		if (err.kind != ERROR_MISSING)
			strlist_add_take(&list->notes, bg_asprintf("agent %s: %s", socket_path, err.why));
		return;
	}
	for (size_t i = 0; i < identities.count; i++) {
		if (has(list, public_key_blob(&identities.items[i].key)))
			continue;
		Signer *signer = add(list, &identities.items[i].key, identities.items[i].comment);
		signer->from_agent = true;
		signer->agent = bg_strdup(socket_path);
	}
}

/* PATH-cert.pub, as ssh looks for it: the same key, vouched for by an authority. */
static void add_certificate(SignerList *list, const PublicKey *key, const char *path) {
	AUTO_FREE char *certificate_path = bg_asprintf("%s-cert.pub", path);
	AUTO_CLEAR(Buf) line = {0};
	AUTO_CLEAR(PublicKey) certificate = {0};
	Str comment = STR("");
	if (!file_exists(certificate_path) || !file_read(certificate_path, KEY_FILE_MAX_BYTES, &line, NULL)
		|| !public_key_parse_line(buf_str(&line), &certificate, &comment, NULL)
		|| !str_eq(public_key_plain_blob(&certificate), public_key_blob(key)) || has(list, public_key_blob(&certificate)))
		return;
	AUTO_FREE char *words = str_dup(comment);
	add(list, &certificate, words)->path = bg_strdup(path);
}

static void add_file(SignerList *list, const char *file) {
	AUTO_FREE char *path = path_expand_home(file);
	AUTO(PrivateKey) *key = NULL;
	Error err = {0};
	if (!private_key_load(path, &key, &err)) {
		if (err.kind != ERROR_MISSING)
			strlist_add_take(&list->notes, bg_asprintf("%s: %s%s%s", file, err.why, *err.hint ? "; " : "", err.hint));
		return;
	}
	if (!has(list, public_key_blob(private_key_public(key))))
		add(list, private_key_public(key), private_key_comment(key))->path = bg_strdup(path);
	add_certificate(list, private_key_public(key), path);
}

bool signer_list(const SignerSources *sources, SignerList **ret_list, Error *err) {
	AUTO(SignerList) *list = bg_calloc(1, sizeof(*list));
	const char *own = getenv("SSH_AUTH_SOCK");
	if (sources->own_agent && own && *own)
		add_agent(list, own);
	for (size_t i = 0; sources->agents && i < sources->agents->count; i++)
		if (!text_eq(sources->agents->items[i], own) || !sources->own_agent)
			add_agent(list, sources->agents->items[i]);
	for (size_t i = 0; sources->key_files && i < sources->key_files->count; i++)
		add_file(list, sources->key_files->items[i]);
	if (!list->count) {
		error_set(err, ERROR_MISSING, "%s", list->notes.count ? list->notes.items[0] : "there is no key at hand to sign with");
		return error_hint(err, "ssh-add your key (ssh -A forwards the agent), give --key FILE, or sign elsewhere and paste");
	}
	*ret_list = TAKE(list);
	return true;
}

SignerList *signer_list_free(SignerList *list) {
	if (!list)
		return NULL;
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].person);
		free(list->items[i].comment);
		free(list->items[i].path);
		free(list->items[i].agent);
		free(list->items[i].blob);
		strlist_clear(&list->items[i].roles);
	}
	free(list->items);
	strlist_clear(&list->notes);
	free(list);
	return NULL;
}

Json *signer_ask_args(const SignerList *list) {
	Json *args = json_new_object();
	Json *keys = json_add(args, "keys", json_new_array());
	for (size_t i = 0; i < list->count; i++) {
		AUTO_CLEAR(Buf) text = {0};
		base64_encode(list->items[i].blob, list->items[i].blob_len, &text);
		json_append_string(keys, buf_text(&text));
	}
	return args;
}

void signer_take_reply(SignerList *list, const Json *data) {
	JSON_EACH(item, json_get(data, "signers")) {
		int64_t index = json_get_int(item, "key", -1);
		if (index < 0 || (size_t) index >= list->count || list->items[index].person)
			continue;
		Signer *signer = &list->items[index];
		signer->person = bg_strdup(json_get_string(item, "person"));
		signer->valid = json_get_bool(item, "valid", false);
		JSON_EACH(role, json_get(item, "roles"))
			strlist_add(&signer->roles, json_string(role));
	}
}

const Signer *signer_choose(SignerList *list, const Json *data, const char *role, const char *person, Error *err) {
	signer_take_reply(list, data);
	const Signer *chosen = NULL, *near_miss = NULL;
	for (size_t i = 0; i < list->count; i++) {
		const Signer *signer = &list->items[i];
		if (!signer->person || (person && !text_eq(signer->person, person)))
			continue;
		near_miss = signer;
		if (!signer->valid || !strlist_has(&signer->roles, role))
			continue;
		if (chosen && !text_eq(chosen->person, signer->person)) {
			error_set(err, ERROR_INVALID, "keys of %s and of %s are both at hand", chosen->person, signer->person);
			error_hint(err, "say who signs: --person NAME");
			return NULL;
		}
		if (!chosen)
			chosen = signer;
	}
	if (chosen)
		return chosen;
	if (near_miss)
		error_set(err, ERROR_DENIED, near_miss->valid ? "%s does not hold the role %s" : "the key of %s does not count now (role %s)",
			near_miss->person, role);
	else
		error_set(err, ERROR_DENIED, "none of the %zu keys at hand belongs to a signer of this environment", list->count);
	error_hint(err, "whose keys count stands in the allowed_signers file; roles stand in the environment file");
	return NULL;
}

bool signer_sign_in(const Signer *signer, const char *name_space, const char *words, Buf *ret_armoured, Error *err) {
	Str text = str_from(words);
	if (signer->from_agent) {
		AUTO_CLEAR(PublicKey) key = {0};
		return public_key_parse((Str){signer->blob, signer->blob_len}, &key, err)
			&& agent_sign_message(signer->agent, &key, name_space, text, (MonoTime){mono_now().ms + SIGN_DEADLINE_MS}, ret_armoured, err);
	}
	AUTO(PrivateKey) *key = NULL;
	AUTO_CLEAR(Buf) data = {0};
	AUTO_CLEAR(Buf) signature = {0};
	sshsig_signed_bytes(name_space, text, &data);
	if (!private_key_load(signer->path, &key, err) || !private_key_sign(key, buf_str(&data), &signature, err))
		return false;
	/* The signer's blob, not the file's: a certificate stands in place of its key. */
	sshsig_armour((Str){signer->blob, signer->blob_len}, name_space, buf_str(&signature), ret_armoured);
	return true;
}

bool signer_sign(const Signer *signer, const char *statement, Buf *ret_armoured, Error *err) {
	return signer_sign_in(signer, SIGNOFF_NAMESPACE, statement, ret_armoured, err);
}
