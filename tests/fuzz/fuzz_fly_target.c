/* A .flyrc gives a target with a token, or is refused; what is said never holds the token. */
#include "fuzz.h"
#include "core/environment/flyrc.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(FlyTarget) target = { 0 };
	Error err = { 0 };
	if (!fly_target_parse((Str) { (const char *) data, size }, ".flyrc", "ci", &target, &err)) {
		fuzz_refused(&err);
		BG_ASSERT(!strstr(err.why, "hush-hush") && !strstr(err.hint, "hush-hush") && !strstr(err.where, "hush-hush"));
		return 0;
	}
	BG_ASSERT(secret_len(target.token) && target.team[0] && target.api && target.ca_cert);
	BG_ASSERT(!strstr(secret_origin(target.token), "hush-hush"));
	return 0;
}
