/* fleet.c: see fleet.h. */
#include "tests/support/fleet.h"

#include "core/base/alloc.h"
#include "tests/support/loopback.h"

TestFleet test_fleet(void) {
	if (!have_sshd())
		cr_skip_test("there is no sshd here");
	TestFleet fleet = {.folder = temp_folder(), .port = loopback_unused_port()};
	AUTO_CLEAR(Buf) config = {0};
	AUTO_CLEAR(Buf) nodes = {0};
	buf_printf(&nodes, "nodes:\n  known-hosts: %s\n  every: 1h\n  list:\n", temp_path(&fleet.folder, "known_hosts"));
	for (int i = FLEET_FIRST; i <= FLEET_LAST; i++) {
		buf_printf(&config, "ListenAddress 127.0.0.%d:%d\n", i, fleet.port);
		buf_printf(&nodes, "    - { name: n%d, address: 127.0.0.%d, port: %d, user: %s, key: %s }\n", i, i, fleet.port, test_login(),
			test_sshd_key(&fleet.folder));
	}
	TestSshdOptions options = {.host_key_types = "ed25519", .config = buf_text(&config), .port = fleet.port};
	fleet.sshd = test_sshd_start(&fleet.folder, "server", &options);
	AUTO_FREE char *line = test_sshd_known_line(fleet.sshd);
	AUTO_FREE char *known = bg_asprintf("[127.0.0.*]:%d%s", fleet.port, strchr(line, ' '));
	temp_write(&fleet.folder, "known_hosts", known);
	fleet.nodes = buf_take(&nodes);
	return fleet;
}

void test_fleet_clear(TestFleet *fleet) {
	test_sshd_free(fleet->sshd);
	free(fleet->nodes);
	if (fleet->folder.path)
		temp_folder_clear(&fleet->folder);
	*fleet = (TestFleet){0};
}
