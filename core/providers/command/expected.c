/* expected.c: see expected.h. */
#include "core/providers/command/expected.h"

bool exit_is_expected(const Call *call, int exit_code) {
	const char *expect = call_arg(call, "expect");
	int64_t wanted = 0;
	if (expect && str_parse_int(str_from(expect), &wanted))
		return exit_code == (int) wanted;
	return exit_code == 0;
}
