/* trial_leak.c: gives up what a role gives up, at both levels, and then leaks: whether a sanitized build can still tell. */
#include <stdlib.h>

#include "core/engine/confine.h"

static void *volatile lost;

int main(void) {
	StrList nowhere = {0};
	confine_begin();
	confine_narrow(&nowhere);
	lost = malloc(4711);
	lost = NULL;
	return 0;
}
