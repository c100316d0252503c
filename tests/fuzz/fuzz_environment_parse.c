/* Any text is an environment or an error with a place; what loads has names, no secret values and look-ups that find it again; the
 * providers take its settings or say what is wrong with them. */
#include "core/providers/provider.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO(Environment) *environment = NULL;
	Error err = { 0 };
	if (!environment_parse((Str) { (const char *) data, size }, "environment.yaml", &environment, &err)) {
		BG_ASSERT(!environment && err.kind == ERROR_INVALID && err.why[0] && str_starts(str_from(err.where), "environment.yaml"));
		return 0;
	}
	BG_ASSERT(environment->name[0]);
	for (size_t i = 0; i < environment->probe_count; i++) {
		const EnvironmentProbe *probe = &environment->probes[i];
		BG_ASSERT(environment_find_probe(environment, probe->name) == probe);
		BG_ASSERT(!probe->system[0] || environment_find_system(environment, probe->system));
	}
	for (size_t i = 0; i < environment->person_count; i++)
		BG_ASSERT(environment_find_person(environment, environment->people[i].name) == &environment->people[i]);
	if (!provider_check_environment(environment, &err))
		fuzz_refused(&err);
	return 0;
}
