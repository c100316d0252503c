/* nodes_dns.c: nodes --dns: the records to publish, made from the nodes of the environment, beside what the zone's servers answer now. Asked from here, so that
 * it works where no engine can be started; nothing secret is needed for it. */
#include "core/base/alloc.h"
#include "core/commands/command.h"
#include "core/commands/rows.h"
#include "core/providers/dns/dns_names.h"

#define DEADLINE_MS 20000

int run_nodes_dns(Command *command) {
	Error err = {0};
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *args = json_new_object();
	AUTO(Json) *json = NULL;
	if (!command_environment(command, &err) || !provider_check_environment(command->environment, &err))
		return command_failed(&err);
	Call call = {.environment = command->environment, .args = args, .deadline = {mono_now().ms + DEADLINE_MS}};
	if (!provider_choose_system(command->environment, "dns.records", args, &call.system, &err))
		return command_failed(&err);
	if (!(command->json ? dns_zone_json(&call, &json, &err) : dns_zone_text(&call, &text, &err)))
		return command_failed(&err);
	if (command->json)
		command_print_json(json);
	else
		command_print("%s", buf_text(&text));
	return EXIT_OK;
}
