/* agent.c: frames of the ssh-agent protocol. Message numbers from OpenSSH authfd.h. */
#include "core/signoff/agent.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/signoff/wire.h"

enum {
	AGENT_FAILURE = 5,
	AGENT_REQUEST_IDENTITIES = 11,
	AGENT_IDENTITIES_ANSWER = 12,
	AGENT_SIGN_REQUEST = 13,
	AGENT_SIGN_RESPONSE = 14,
	AGENT_FLAG_RSA_SHA2_512 = 4,
	AGENT_FAILURE_SSH_COM = 102,         /* as some agents say "no" */
};

void agent_identities_clear(AgentIdentities *identities)
{
	for (size_t i = 0; i < identities->count; i++) {
		public_key_clear(&identities->items[i].key);
		free(identities->items[i].comment);
	}
	free(identities->items);
	*identities = (AgentIdentities){ 0 };
}

void agent_request_identities(Buf *out)
{
	wire_put_u32(out, 1);
	wire_put_byte(out, AGENT_REQUEST_IDENTITIES);
}

void agent_request_sign(const PublicKey *key, Str data, Buf *out)
{
	wire_put_u32(out, (uint32_t) (1 + 4 + key->blob_len + 4 + data.len + 4));
	wire_put_byte(out, AGENT_SIGN_REQUEST);
	wire_put_string(out, public_key_blob(key));
	wire_put_string(out, data);
	wire_put_u32(out, public_key_is_rsa(key) ? AGENT_FLAG_RSA_SHA2_512 : 0);
}

bool agent_frame_length(const unsigned char header[static 4], size_t *ret_len, Error *err)
{
	WireReader reader = wire_reader((Str){ (const char *) header, 4 });
	uint32_t len = wire_u32(&reader);
	if (!len || len > AGENT_MAX_REPLY)
		return error_set(err, ERROR_PROTOCOL, "the agent announced an answer of %u bytes", len);
	*ret_len = len;
	return true;
}

/* The body after its type byte, if it has the type `wanted`. */
static bool open_reply(Str body, uint8_t wanted, WireReader *ret_reader, Error *err)
{
	WireReader reader = wire_reader(body);
	uint8_t type = wire_byte(&reader);
	if (reader.failed)
		return error_set(err, ERROR_PROTOCOL, "the agent's answer is empty");
	if (type == AGENT_FAILURE || type == AGENT_FAILURE_SSH_COM) {
		error_set(err, ERROR_DENIED, "the agent refused");
		return error_hint(err, "it may be locked, the key may have been removed, or its user said no: ssh-add -l");
	}
	if (type != wanted)
		return error_set(err, ERROR_PROTOCOL, "the agent answered with message %u, not %u", type, wanted);
	*ret_reader = reader;
	return true;
}

static void add_identity(AgentIdentities *identities, Str blob, Str comment)
{
	PublicKey key = { 0 };
	if (!public_key_parse(blob, &key, NULL)) {
		identities->skipped++;
		return;
	}
	AUTO_CLEAR(Buf) shown = { 0 };
	text_sanitise(comment, SANITISE_LINE, &shown);
	identities->items[identities->count++] = (AgentIdentity){ key, buf_take(&shown) };
}

bool agent_reply_identities(Str body, AgentIdentities *ret_identities, Error *err)
{
	WireReader reader = { 0 };
	if (!open_reply(body, AGENT_IDENTITIES_ANSWER, &reader, err))
		return false;
	uint32_t count = wire_u32(&reader);
	if (reader.failed || count > AGENT_MAX_IDENTITIES)
		return error_set(err, ERROR_PROTOCOL, "the agent's list of keys is not well formed");
	AUTO_CLEAR(AgentIdentities) identities = { .items = bg_calloc(count + 1, sizeof *identities.items) };
	for (uint32_t i = 0; i < count && !reader.failed; i++) {
		Str blob = wire_string(&reader), comment = wire_string(&reader);
		if (!reader.failed)
			add_identity(&identities, blob, comment);
	}
	if (!wire_done(&reader))
		return error_set(err, ERROR_PROTOCOL, "the agent's list of keys is not well formed");
	*ret_identities = identities;
	identities = (AgentIdentities){ 0 };
	return true;
}

bool agent_reply_signature(Str body, Buf *ret_signature, Error *err)
{
	WireReader reader = { 0 };
	if (!open_reply(body, AGENT_SIGN_RESPONSE, &reader, err))
		return false;
	Str signature = wire_string(&reader);
	if (!wire_done(&reader) || !signature.len)
		return error_set(err, ERROR_PROTOCOL, "the agent's signature is not well formed");
	buf_put_str(ret_signature, signature);
	return true;
}
