/* badge.c: see badge.h. The key is judged as for a sign-off, in a namespace of its own: a signed statement is no badge, nor the other way. */
#include "core/engine/badge.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/engine/approval.h"
#include "core/signoff/sshsig.h"

#define CHALLENGE_LIFE_MS (2 * 60 * 1000)
#define NONCE_DIGITS 64

bool badge_challenge(Ask *ask, Error *err) {
	(void) err;
	Connection *connection = ask->connection;
	char nonce[NONCE_DIGITS + 1], time[WALL_TEXT_SIZE];
	random_hex(nonce, NONCE_DIGITS);
	free(connection->challenge);
	connection->challenge = bg_asprintf("breakglass-badge: 1\nenvironment: %s\nterminal: %s\nchallenge: %s\ntime: %s\n",
		ask->engine->environment->name, connection->who, nonce, wall_format_iso(wall_now(), time));
	connection->challenge_ms = mono_now().ms;
	ask->data = json_new_object();
	json_add_string(ask->data, "text", connection->challenge);
	return true;
}

static bool fail_badge(Error *err, const char *why, const char *hint) {
	error_set(err, ERROR_DENIED, "%s", why);
	return error_hint(err, "%s", hint);
}

static bool key_is_of(const SigningRules *rules, const PublicKey *key, const char *principal, Error *err) {
	if (revocations_has(&rules->revocations, key))
		return fail_badge(err, "the key is revoked", "use another key");
	switch (roster_check(rules->roster, key, principal, BADGE_NAMESPACE, wall_now(), NULL)) {
	case ROSTER_ALLOWED:
		return true;
	case ROSTER_NAMESPACE_NOT_ALLOWED:
		return fail_badge(err, "the key may not sign in the namespace " BADGE_NAMESPACE, "in allowed_signers write namespaces=\"signoff@breakglass,badge@breakglass\" in the key's line");
	case ROSTER_EXPIRED:
	case ROSTER_NOT_YET_VALID:
	case ROSTER_CERTIFICATE_NOT_VALID:
		return fail_badge(err, "the key does not count now", "look at its validity in allowed_signers");
	case ROSTER_PRINCIPAL_NOT_ALLOWED:
	case ROSTER_KEY_UNKNOWN:
		break;
	}
	return fail_badge(err, "the key is not that person's", "badge with your own key, under your own name");
}

/* The challenge is used up, whatever comes of it. */
static bool check_signature(const Ask *ask, PublicKey *ret_key, Error *err) {
	Connection *connection = ask->connection;
	AUTO_FREE char *challenge = connection->challenge;
	AUTO_CLEAR(SshSig) signature = {0};
	SignatureFacts facts;
	connection->challenge = NULL;
	if (!challenge || mono_now().ms - connection->challenge_ms > CHALLENGE_LIFE_MS)
		return fail_badge(err, "there is no challenge to answer, or it is too old", "ask for a new one: each counts once, for two minutes");
	if (!sshsig_parse(str_from(json_get_string_or(ask->args, "signature", "")), &signature, err)
		|| !sshsig_verify(&signature, BADGE_NAMESPACE, str_from(challenge), &facts, err))
		return false;
	*ret_key = signature.key;
	signature.key = (PublicKey){0};
	return true;
}

bool badge_take(Ask *ask, Error *err) {
	Connection *connection = ask->connection;
	AUTO_CLEAR(SigningRules) rules = {0};
	AUTO_CLEAR(PublicKey) key = {0};
	const char *name = json_get_string_or(ask->args, "person", "");
	const EnvironmentPerson *person = environment_find_person(ask->engine->environment, name);
	if (!signing_rules_load(ask->engine->environment, &rules, err) || !check_signature(ask, &key, err))
		return false;
	if (!person) {
		error_set(err, ERROR_MISSING, "there is no person %s in the environment", name);
		return error_hint(err, "breakglass status lists the people");
	}
	if (!key_is_of(&rules, &key, person->principal, err))
		return false;
	connection_become(connection, person->name, "key", &person->roles);
	connection->badge_until_ms = mono_now().ms + ask->engine->environment->signoff.badge_ms;
	publish_you(ask->engine, connection);
	ask->data = json_new_object();
	json_add_string(ask->data, "person", person->name);
	json_add_int(ask->data, "for_ms", ask->engine->environment->signoff.badge_ms);
	return true;
}

static void take_off(Engine *engine, Connection *connection) {
	engine_identify(engine, connection);
	publish_you(engine, connection);
}

bool badge_drop(Ask *ask, Error *err) {
	(void) err;
	take_off(ask->engine, ask->connection);
	return true;
}

bool badge_ran_out(Engine *engine, Connection *connection, Error *err) {
	if (!connection->badge_until_ms || mono_now().ms < connection->badge_until_ms)
		return false;
	AUTO_FREE char *who = bg_strdup(connection->who);
	take_off(engine, connection);
	error_set(err, ERROR_DENIED, "the badge of %s has run out: you are %s again", who, connection->who);
	error_hint(err, "badge again, or do it once more in the name of the login");
	return true;
}
