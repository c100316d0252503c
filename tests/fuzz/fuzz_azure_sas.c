/* A shared access signature: taken and judged, or refused with words that repeat nothing of it. */
#include "core/providers/azure/azure.h"
#include "fuzz.h"

#define NOW ((WallTime) { INT64_C(1795230000000) })

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AzureSas sas = { 0 };
	Error err = { 0 };
	Str query = { size ? (const char *) data : "", size };
	if (!azure_sas_parse(query, &sas, &err)) {
		fuzz_refused(&err);
		return 0;
	}
	BG_ASSERT(sas.has_signature && size > strlen("sig="));
	BG_ASSERT(strlen(sas.permissions) < sizeof sas.permissions && strlen(sas.resource) < sizeof sas.resource);
	for (int https = 0; https <= 1; https++)
		if (!azure_sas_may_list(&sas, NOW, https, &err))
			fuzz_refused(&err);
		else
			BG_ASSERT(!wall_known(sas.expires) || sas.expires.ms > NOW.ms);
	return 0;
}
