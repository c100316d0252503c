/* main.c: the program: the command line, with the console behind it. */
#include "core/commands/commands.h"

static int open_console(const ConsoleOptions *options) {
	(void) options;
	return 1;
}

int main(int argc, char **argv) { return commands_main(argc, argv, open_console); }
