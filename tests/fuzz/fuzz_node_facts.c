/* What a machine says is judged, whatever it is: an answer that is not whole is unknown, nothing in a reading is obeyed by a terminal. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/node/node.h"
#include "core/transport/ssh/program.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_line(const char *text) {
	BG_ASSERT(!text || utf8_is_valid(str_from(text)));
	for (; text && *text; text++)
		BG_ASSERT((unsigned char) *text >= ' ' && *text != 127);
}

static void look(Str said, char *role, SshOutcome outcome) {
	static char name[] = "node4", address[] = "4a1:b2::14", user[] = "admin", none[] = "", folder[] = "backups";
	EnvironmentNode node = {.name = name, .address = address, .user = user, .key = none, .lan = none, .jump = none, .role = role,
		.backups = folder, .is_backup = true};
	AUTO_CLEAR(SshResult) result = {.outcome = outcome};
	AUTO_CLEAR(Reading) reading = {0};
	NodeFacts facts = {0};
	buf_put_str(&result.out, said);
	if (outcome != SSH_RAN) {
		SshTarget target = {.host = address, .user = user};
		ssh_program_judge(&target, said, &result);
		BG_ASSERT(result.outcome != SSH_RAN && result.outcome != SSH_UNFINISHED && result.error.why[0]);
		check_line(result.error.why);
	}
	node_judge(&node, &(NodeLook){.result = &result}, (WallTime){1795230000000}, &reading);
	check_line(reading.text);
	check_line(reading.reason);
	BG_ASSERT(reading.text && reading.state != READING_STALE);
	/* Ok says all of it: the backups of a backup node, too. */
	if (reading.state == READING_OK)
		BG_ASSERT(node_facts_parse(said, &facts) && facts.has_load && facts.has_memory && facts.has_time && facts.disk_count && facts.backup[0]);
	else if (outcome == SSH_RAN && !node_facts_parse(said, &facts))
		BG_ASSERT(reading.state == READING_UNKNOWN);
}

/* What only its other address says is never ok, and what the overlay says neither. */
static void look_by_lan(Str said) {
	static char name[] = "node4", address[] = "4a1:b2::14", user[] = "admin", none[] = "", lan[] = "192.168.1.14";
	EnvironmentNode node = {.name = name, .address = address, .user = user, .key = none, .lan = lan, .jump = none, .backups = none};
	SshTarget target = {.host = address, .user = user};
	AUTO_CLEAR(SshResult) result = {0};
	AUTO_CLEAR(SshResult) other = {.outcome = SSH_RAN};
	AUTO_CLEAR(Reading) reading = {0};
	Overlay overlay = {0};
	ssh_fail(&result, &target, SSH_TIMED_OUT, ERROR_TIMEOUT, "nothing answered");
	buf_put_str(&other.out, said);
	node_judge(&node, &(NodeLook){.result = &result, .lan = &other, .overlay = &overlay}, (WallTime){1795230000000}, &reading);
	check_line(reading.text);
	check_line(reading.reason);
	BG_ASSERT(reading.state != READING_OK && reading.reason);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
	static char backup[] = "backup";
	Str said = {(const char *) data, size};
	look(said, backup, SSH_RAN);
	look(said, NULL, SSH_RAN);
	look(said, NULL, SSH_BROKEN);
	look_by_lan(said);
	return 0;
}
