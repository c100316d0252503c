/* main.c: the program: the command line, with the console behind it. */
#include "core/commands/commands.h"
#include "tui/line/line.h"
#include "tui/view/console.h"

static int open_console(const ConsoleOptions *options)
{
	ConsoleSettings settings = { .environment_path = options->environment_path, .environment_name = options->environment_name,
		.environment_group = options->environment_group, .environment = options->environment,
		.state = options->state, .self = options->self, .theme = options->theme, .as = options->as, .first_incident = options->first_incident,
		.drill = options->drill, .practice = options->practice };
	Error why = { 0 };
	return line_wanted(options->line, &why) ? line_run(&settings, &why) : console_run(&settings);
}

int main(int argc, char **argv)
{
	return commands_main(argc, argv, open_console);
}
