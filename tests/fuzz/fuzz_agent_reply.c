/* Whatever an agent answers, it is a list of keys, a signature or an error. */
#include "core/base/alloc.h"
#include "core/signoff/agent.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str body = { (const char *) data, size };
	AUTO_CLEAR(AgentIdentities) identities = { 0 };
	AUTO_CLEAR(Buf) signature = { 0 };
	Error err = { 0 };
	if (agent_reply_identities(body, &identities, &err))
		for (size_t i = 0; i < identities.count; i++)
			BG_ASSERT(public_key_type(&identities.items[i].key) && identities.items[i].comment);
	if (agent_reply_signature(body, &signature, &err))
		BG_ASSERT(signature.len > 0 && signature.len < size);
	return 0;
}
