/* What a machine says to the command of a look, and what its ssh says beside: the first byte tells how the command ended. Nothing of an answer that is not whole
 * counts; a reading is ok only after one that is, and is harmless lines. */
#include "core/providers/node/node.h"
#include "fuzz.h"

#define NOW ((WallTime) { INT64_C(1795230000000) })

static void check_facts(Str text)
{
	NodeFacts facts = { 0 };
	if (!node_facts_parse(text, &facts))
		return;
	BG_ASSERT(facts.disk_count <= NODE_MAX_DISKS && facts.unit_count <= NODE_MAX_UNITS);
	BG_ASSERT(!facts.has_load || facts.processors >= 1);
	for (size_t i = 0; i < facts.disk_count; i++)
		BG_ASSERT(memchr(facts.disks[i].mount, '\0', sizeof facts.disks[i].mount));
	BG_ASSERT(memchr(facts.backup, '\0', sizeof facts.backup));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char name[] = "node2", address[] = "4ab:1::2", user[] = "root", folder[] = "backups", none[] = "";
	EnvironmentNode node = { .name = name, .address = address, .port = 22, .user = user, .key = none, .lan = none, .jump = none, .backups = folder,
		.is_backup = true };
	AUTO_CLEAR(Reading) reading = { 0 };
	SshResult result = { .outcome = SSH_RAN };
	Str text = { size ? (const char *) data : "", size }, out = str_slice(text, 1, size);
	check_facts(out);
	buf_put_str(&result.out, out);
	buf_put_str(&result.err, out);
	result.exit_code = size && (data[0] & 1) ? 1 : 0;
	node_judge(&node, &result, size && (data[0] & 2) ? "its key is of a kind that libssh2 has not" : NULL, NOW, &reading);
	BG_ASSERT(reading.state != READING_STALE);
	NodeFacts facts = { 0 };
	BG_ASSERT(reading.state != READING_OK || (result.exit_code == 0 && node_facts_parse(buf_str(&result.out), &facts)));
	fuzz_harmless(str_from(reading.text), SANITISE_LINE);
	fuzz_harmless(str_from(reading.reason), SANITISE_LINE);
	ssh_result_clear(&result);
	return 0;
}
