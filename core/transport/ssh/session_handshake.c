/* session_handshake.c: from the banner to a connection on which commands may run: algorithms, the host's key, our own keys. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/signoff/wire.h"
#include "core/transport/ssh/session_internal.h"

#define SIGNATURE_MAX 1024

/* In the order in which we prefer them. libssh2 1.10 has ssh-rsa too, but only with SHA-1, which servers refuse. */
static const char *const HOST_KEY_TYPES[] = {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"};

static bool not_possible(SshSession *session, const char *why) {
	ssh_fail(&session->result, &session->target, SSH_NOT_POSSIBLE, ERROR_INVALID, "%s", why);
	return false;
}

/* The types to ask the host for: those that are known of it, else all. Without this it may show a key of another type than the known one. */
static void wanted_types(const SshSession *session, Buf *ret) {
	AUTO_CLEAR(StrList) known = {0};
	known_hosts_types(session->target.known, ssh_target_known_as(&session->target), session->target.port, &known);
	for (size_t i = 0; i < BG_LENGTH(HOST_KEY_TYPES); i++) {
		if (known.count && !strlist_has(&known, HOST_KEY_TYPES[i]))
			continue;
		buf_puts(ret, ret->len ? "," : "");
		buf_puts(ret, HOST_KEY_TYPES[i]);
	}
}

bool session_begin_keys(SshSession *session) {
	const SshTarget *target = &session->target;
	AUTO_CLEAR(StrList) known = {0};
	AUTO_CLEAR(Buf) types = {0};
	if (target->jump && *target->jump)
		return not_possible(session, "it is reached through a jump host");
	known_hosts_types(target->known, ssh_target_known_as(target), target->port, &known);
	wanted_types(session, &types);
	if (!known.count && known_hosts_has_authority(target->known, ssh_target_known_as(target), target->port))
		return not_possible(session, "its host key is vouched for by a certificate authority");
	if (!types.len)
		return not_possible(session, text_eq(known.items[0], "ssh-rsa") ? "its known host key is an RSA key" : "its known host key is of another kind");
	return ssh_keys_begin(&session->keys, target, &session->result);
}

Step session_lib_failed(SshSession *session, int code, const char *doing) {
	char *words = NULL;
	bool is_kept = session->result.reused && (!session->result.began || (session->command.repeatable && !session->result.out.len));
	if (code == LIBSSH2_ERROR_EAGAIN)
		return STEP_WAIT;
	if (session->answering || is_kept) {
		session->result.reused = session->result.began = false;
		session_disconnect(session);
		return session->busy ? STEP_ON : STEP_WAIT;
	}
	libssh2_session_last_error(session->lib, &words, NULL, 0);
	return session_fail(session, SSH_BROKEN, ERROR_IO, "the connection broke while %s: %s", doing, words && *words ? words : "no reason told");
}

/* ---- algorithms and the host's key ---- */

static void make_lib(SshSession *session) {
	AUTO_CLEAR(Buf) types = {0};
	session->lib = session_make_library(session);
	BG_ASSERT(session->lib);
	libssh2_session_set_blocking(session->lib, 0);
	wanted_types(session, &types);
	BG_ASSERT(libssh2_session_method_pref(session->lib, LIBSSH2_METHOD_HOSTKEY, buf_text(&types)) == 0);
}

static bool check_host_key(SshSession *session) {
	size_t len = 0;
	int type = 0;
	const char *blob = libssh2_session_hostkey(session->lib, &len, &type);
	BG_ASSERT(blob && len);
	known_hosts_check(session->target.known, ssh_target_known_as(&session->target), session->target.port, (Str){blob, len}, &session->result.host_key);
	if (session->result.host_key.verdict == HOST_KEY_KNOWN)
		return true;
	ssh_fail_host_key(&session->result, &session->target);
	return false;
}

static Step list_keys(SshSession *session) {
	const char *path = ssh_agent_path(&session->target);
	AUTO_CLEAR(Buf) request = {0};
	agent_request_identities(&request);
	/* An agent that does not answer is as none: what the files give is told when nothing is admitted. */
	if (path)
		BG_IGNORE(agent_exchange_begin(&session->agent, path, buf_str(&request), NULL));
	return session_enter(session, SESSION_LISTING);
}

Step session_handshake(SshSession *session) {
	if (!session->lib)
		make_lib(session);
	int code = libssh2_session_handshake(session->lib, session->fd);
	if (code == LIBSSH2_ERROR_KEX_FAILURE)
		return session_fail(session, SSH_NOT_POSSIBLE, ERROR_PROTOCOL, "it offers no algorithm that is known here: an RSA host key only, or other ciphers");
	if (code != 0)
		return session_lib_failed(session, code, "keys were exchanged");
	if (!check_host_key(session))
		return session_over(session, false);
	return list_keys(session);
}

/* ---- our keys ---- */

static Step nobody_admitted(SshSession *session) {
	const SshKeys *keys = &session->keys;
	if (keys->agent_has_others)
		return session_fail(session, SSH_NOT_POSSIBLE, ERROR_INVALID, "only RSA, FIDO or certified keys are left to try");
	if (!error_is_set(&keys->problem))
		return session_fail(session, SSH_NOT_ADMITTED, ERROR_DENIED, keys->count ? "it admits none of the keys that were offered"
			: "no key is at hand: no ssh-agent holds one, and there is no key file");
	Error problem = keys->problem;
	session_fail(session, SSH_NOT_ADMITTED, ERROR_DENIED, "%s", problem.why);
	snprintf(session->result.error.hint, sizeof(session->result.error.hint), "%s", problem.hint);
	return STEP_WAIT;
}

Step session_list_keys(SshSession *session) {
	AUTO_CLEAR(AgentIdentities) identities = {0};
	AgentStep step = session->agent.asking ? agent_exchange_step(&session->agent, &session->agent_body, NULL) : AGENT_FAILED;
	if (step == AGENT_WAIT)
		return STEP_WAIT;
	bool listed = step == AGENT_ANSWERED && agent_reply_identities(buf_str(&session->agent_body), &identities, NULL);
	buf_clear(&session->agent_body);
	ssh_keys_complete(&session->keys, &session->target, listed ? &identities : NULL);
	session->key = 0;
	return session->keys.count ? session_enter(session, SESSION_AUTHENTICATING) : nobody_admitted(session);
}

/* EAGAIN: the agent was asked and has not answered yet. */
static int agent_signature(SshSession *session, const PublicKey *key, Str data, Buf *ret) {
	if (!session->agent.asking) {
		AUTO_CLEAR(Buf) request = {0};
		agent_request_sign(key, data, &request);
		if (!agent_exchange_begin(&session->agent, ssh_agent_path(&session->target), buf_str(&request), &session->keys.problem))
			return LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
	}
	AgentStep step = agent_exchange_step(&session->agent, &session->agent_body, &session->keys.problem);
	if (step == AGENT_WAIT)
		return LIBSSH2_ERROR_EAGAIN;
	bool ok = step == AGENT_ANSWERED && agent_reply_signature(buf_str(&session->agent_body), ret, &session->keys.problem);
	buf_clear(&session->agent_body);
	return ok ? 0 : LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
}

/* libssh2 asks for the signature without the name of its algorithm, and frees it. On EAGAIN it asks again, with the same bytes. */
static int sign(LIBSSH2_SESSION *lib, unsigned char **ret_signature, size_t *ret_len, const unsigned char *data, size_t len, void **userdata) {
	(void) lib;
	SshSession *session = *userdata;
	const SshKey *key = &session->keys.items[session->key];
	AUTO_CLEAR(Buf) whole = {0};
	Str bytes = {(const char *) data, len};
	int code = 0;
	if (!key->private_key)
		code = agent_signature(session, &key->public_key, bytes, &whole);
	else if (!private_key_sign(key->private_key, bytes, &whole, &session->keys.problem))
		code = LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
	if (code)
		return code;
	WireReader reader = wire_reader(buf_str(&whole));
	wire_string(&reader);
	Str signature = wire_string(&reader);
	if (!wire_done(&reader) || !signature.len || signature.len > SIGNATURE_MAX)
		return LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
	*ret_signature = bg_memdup(signature.ptr, signature.len);
	*ret_len = signature.len;
	return 0;
}

Step session_authenticate(SshSession *session) {
	const PublicKey *key = &session->keys.items[session->key].public_key;
	Str blob = public_key_blob(key);
	void *userdata = session;
	int code = libssh2_userauth_publickey(session->lib, session->target.user, (const unsigned char *) blob.ptr, blob.len, sign, &userdata);
	if (code == 0) {
		ssh_keys_clear(&session->keys);
		return session_enter(session, SESSION_OPENING);
	}
	if (code != LIBSSH2_ERROR_AUTHENTICATION_FAILED && code != LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED)
		return session_lib_failed(session, code, "a key was offered");
	session->key++;
	return session->key < session->keys.count ? STEP_ON : nobody_admitted(session);
}
