/* Any text is a known_hosts file or is refused with words; a key that a line holds is never unknown to the host that the line names, and a
 * revoked one is never known. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/transport/ssh/known_hosts.h"
#include "core/transport/ssh/program_jump.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* string "ssh-ed25519", string of 32 bytes */
static const char KEY[] = "\0\0\0\013ssh-ed25519\0\0\0\040ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
	static const char *const hosts[] = {"node1", "4a1:b2::11", "example.com", "", "*"};
	AUTO(KnownHosts) *known = known_hosts_new();
	Error err = {0};
	Str text = {(const char *) data, size}, key = {KEY, sizeof(KEY) - 1};
	if (!known_hosts_parse(known, text, "known_hosts", &err))
		BG_ASSERT(err.why[0]);
	for (size_t i = 0; i < BG_LENGTH(hosts); i++) {
		HostKeyCheck check = {0};
		AUTO_CLEAR(StrList) types = {0};
		int port = i % 2 ? 2222 : 22;
		known_hosts_check(known, hosts[i], port, key, &check);
		known_hosts_types(known, hosts[i], port, &types);
		BG_ASSERT(strlen(check.offered) > strlen("SHA256:"));
		BG_ASSERT((check.verdict == HOST_KEY_UNKNOWN) == (check.file == NULL));
		bool of_that_type = strlist_has(&types, "ssh-ed25519");
		if (check.verdict == HOST_KEY_KNOWN || check.verdict == HOST_KEY_CHANGED)
			BG_ASSERT(of_that_type && check.line > 0);
		if (check.verdict == HOST_KEY_OTHER_TYPE)
			BG_ASSERT(types.count && !of_that_type);
		if (check.verdict == HOST_KEY_AUTHORITY)
			BG_ASSERT(!types.count && known_hosts_has_authority(known, hosts[i], port));
	}
	/* What `ssh -G` may say of a jump host, and what may stand in an environment file as one. */
	AUTO_CLEAR(JumpSettings) settings = {0};
	AUTO_FREE char *line = str_dup(text), *user = NULL, *host = NULL;
	int jump_port = 0;
	if (ssh_jump_settings_parse(text, &settings))
		BG_ASSERT(settings.host[0] && settings.port > 0 && settings.port < 65536);
	if (ssh_jump_parse(line, &user, &host, &jump_port))
		BG_ASSERT(user && host[0] && host[0] != '-' && jump_port >= 0 && jump_port < 65536);
	/* The same text with a line at its end that revokes the key: no line before it may save it. */
	AUTO_CLEAR(Buf) revoking = {0};
	buf_put_str(&revoking, text);
	buf_puts(&revoking, "\n@revoked node1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaMDEyMzQ1\n");
	AUTO(KnownHosts) *revoked = known_hosts_new();
	HostKeyCheck check = {0};
	if (known_hosts_parse(revoked, buf_str(&revoking), "known_hosts", NULL)) {
		known_hosts_check(revoked, "node1", 22, key, &check);
		BG_ASSERT(check.verdict == HOST_KEY_REVOKED);
	}
	return 0;
}
