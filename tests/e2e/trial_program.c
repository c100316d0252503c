/* trial_program.c: what a command of a playbook can no longer do. Says it on stdout. */
#include "trial.h"

int main(int argc, char **argv) {
	trial_everywhere(1);
	if (argc > 1)
		trial_where_no_program_is_needed(1, argv[1]);
	return 0;
}
