/* keys.c: see keys.h. What OpenSSH would offer and libssh2 1.10 cannot (RSA: its SHA-1 signatures are refused everywhere; FIDO keys;
 * certificates) is told apart from what nobody can. */
#include "core/transport/ssh/keys.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"

const char *ssh_agent_path(const SshTarget *target) {
	const char *path = target->agent ? target->agent : getenv("SSH_AUTH_SOCK");
	return path && *path ? path : NULL;
}

static bool not_possible(SshResult *result, const SshTarget *target, const char *why) {
	ssh_fail(result, target, SSH_NOT_POSSIBLE, ERROR_INVALID, "%s", why);
	return false;
}

static bool has_certificate(const char *key_path) {
	AUTO_FREE char *path = bg_asprintf("%s-cert.pub", key_path);
	return file_exists(path);
}

bool ssh_keys_begin(SshKeys *keys, const SshTarget *target, SshResult *result) {
	Error err = {0};
	ssh_keys_clear(keys);
	if (!target->key_path || !*target->key_path)
		return true;
	if (!private_key_read_public(target->key_path, &keys->wanted, &err)) {
		if (file_exists(target->key_path))
			return not_possible(result, target, "the head of its key file cannot be read here");
		ssh_fail(result, target, SSH_NOT_ADMITTED, ERROR_MISSING, "there is no key file %s", target->key_path);
		return false;
	}
	if (public_key_is_rsa(&keys->wanted))
		return not_possible(result, target, "its key is an RSA key");
	if (public_key_is_device(&keys->wanted))
		return not_possible(result, target, "its key is on a FIDO device");
	if (keys->wanted.certificate || has_certificate(target->key_path))
		return not_possible(result, target, "its key has a certificate");
	return true;
}

static bool same_key(const PublicKey *a, const PublicKey *b) { return str_eq(public_key_blob(a), public_key_blob(b)); }

static bool copy_public(const PublicKey *key, SshKeys *keys) {
	if (keys->count == SSH_MAX_KEYS || !public_key_parse(public_key_blob(key), &keys->items[keys->count].public_key, NULL))
		return false;
	keys->items[keys->count++].private_key = NULL;
	return true;
}

static bool add_file(SshKeys *keys, const char *path, Error *err) {
	AUTO(PrivateKey) *key = NULL;
	if (!private_key_load(path, &key, err))
		return false;
	if (copy_public(private_key_public(key), keys))
		keys->items[keys->count - 1].private_key = TAKE(key);
	return true;
}

static void add_from_agent(SshKeys *keys, const AgentIdentities *identities) {
	for (size_t i = 0; i < identities->count; i++) {
		const PublicKey *key = &identities->items[i].key;
		if (key->certificate || public_key_is_rsa(key) || public_key_is_device(key))
			keys->agent_has_others = true;
		else
			(void) copy_public(key, keys);   /* more than sshd would let us try are left out */
	}
}

static bool agent_holds(const AgentIdentities *identities, const PublicKey *key) {
	for (size_t i = 0; identities && i < identities->count; i++)
		if (same_key(&identities->items[i].key, key))
			return true;
	return false;
}

static void add_default_files(SshKeys *keys) {
	static const char *const names[] = {"~/.ssh/id_ed25519", "~/.ssh/id_ecdsa"};
	for (size_t i = 0; i < BG_LENGTH(names); i++) {
		AUTO_FREE char *path = path_expand_home(names[i]);
		if (file_exists(path))
			(void) add_file(keys, path, NULL);   /* ssh goes on without a key that it cannot read, too */
	}
	AUTO_FREE char *rsa = path_expand_home("~/.ssh/id_rsa");
	keys->agent_has_others = keys->agent_has_others || file_exists(rsa);
}

void ssh_keys_complete(SshKeys *keys, const SshTarget *target, const AgentIdentities *identities) {
	if (!keys->wanted.blob) {
		if (identities)
			add_from_agent(keys, identities);
		add_default_files(keys);
		return;
	}
	if (agent_holds(identities, &keys->wanted))
		(void) copy_public(&keys->wanted, keys);
	else
		(void) add_file(keys, target->key_path, &keys->problem);   /* told when nothing was admitted */
}

void ssh_keys_clear(SshKeys *keys) {
	for (size_t i = 0; i < keys->count; i++) {
		public_key_clear(&keys->items[i].public_key);
		private_key_free(keys->items[i].private_key);
	}
	public_key_clear(&keys->wanted);
	*keys = (SshKeys){0};
}
