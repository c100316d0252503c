/* program_key.c: see program_key.h. ssh itself is asked, and not ssh-keyscan: it goes the way that the command would go, through jump hosts and all that
 * ssh_config says, and a jump host's own key is checked as ever. Nothing secret is offered: authentication ends before it begins. */
#include "core/transport/ssh/program_key.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"

#define KEY_FILE_MAX 65536
#define LEAST_MS 500

static const struct { const char *said, *algorithms; } TYPES[] = {
	{"ED25519", "ssh-ed25519"}, {"ECDSA", "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521"}, {"RSA", "rsa-sha2-512,rsa-sha2-256"},
};

/* "No ED25519 host key is known for ...", "The fingerprint for the RSA key sent by the remote host is" */
const char *ssh_program_key_algorithms(Str messages) {
	for (size_t i = 0; i < BG_LENGTH(TYPES); i++) {
		AUTO_FREE char *unknown = bg_asprintf("No %s host key is known", TYPES[i].said);
		AUTO_FREE char *changed = bg_asprintf("for the %s key sent by the remote host", TYPES[i].said);
		if (str_find(messages, unknown) >= 0 || str_find(messages, changed) >= 0)
			return TYPES[i].algorithms;
	}
	return NULL;
}

void ssh_program_route(const SshTarget *target, StrList *argv) {
	if (target->known_as && *target->known_as) {
		AUTO_FREE char *name = known_hosts_name(target->known_as, target->port);   /* ssh adds no port to an alias */
		strlist_add(argv, "-o");
		strlist_add_take(argv, bg_asprintf("HostKeyAlias=%s", name));
	}
	if (target->port) {
		strlist_add(argv, "-p");
		strlist_add_take(argv, bg_asprintf("%d", target->port));
	}
	if (*target->user) {
		strlist_add(argv, "-l");
		strlist_add(argv, target->user);
	}
	if (target->jump && *target->jump) {
		strlist_add(argv, "-J");
		strlist_add(argv, target->jump);
	}
}

static void build_argv(const SshTarget *target, Str messages, const char *file, int64_t left_ms, StrList *argv) {
	static const char *const options[] = {"BatchMode=yes", "StrictHostKeyChecking=accept-new", "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no",
		"HashKnownHosts=no", "CheckHostIP=no", "ControlPath=none", "ControlMaster=no", "PreferredAuthentications=none", "PubkeyAuthentication=no",
		"PasswordAuthentication=no", "KbdInteractiveAuthentication=no", "HostbasedAuthentication=no", "GSSAPIAuthentication=no", "IdentityAgent=none",
		"ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes", "PermitLocalCommand=no", "LogLevel=ERROR"};
	const char *algorithms = ssh_program_key_algorithms(messages);
	strlist_add(argv, "ssh");
	strlist_add(argv, "-T");
	strlist_add(argv, "-n");
	for (size_t i = 0; i < BG_LENGTH(options); i++) {
		strlist_add(argv, "-o");
		strlist_add(argv, options[i]);
	}
	strlist_add(argv, "-o");
	strlist_add_take(argv, bg_asprintf("UserKnownHostsFile=\"%s\"", file));
	strlist_add(argv, "-o");
	strlist_add_take(argv, bg_asprintf("ConnectTimeout=%lld", (long long) (left_ms + 999) / 1000));
	if (algorithms) {
		strlist_add(argv, "-o");
		strlist_add_take(argv, bg_asprintf("HostKeyAlgorithms=%s", algorithms));
	}
	ssh_program_route(target, argv);
	strlist_add(argv, "--");
	strlist_add(argv, target->host);
	strlist_add(argv, "true");
}

/* What ssh wrote, looked up as we look it up: under another name (an ssh_config may give one) it would be accepted for nobody. */
static bool read_key(const SshTarget *target, const char *file, HostKeyCheck *ret) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO(KnownHosts) *hosts = known_hosts_new();
	AUTO_CLEAR(PublicKey) key = {0};
	if (!file_read(file, KEY_FILE_MAX, &text, NULL) || !known_hosts_parse(hosts, buf_str(&text), "ssh", NULL))
		return false;
	Str rest = buf_str(&text), line;
	if (!str_next_line(&rest, &line))
		return false;
	ptrdiff_t blank = str_find_char(line, ' ');
	if (blank < 0 || !public_key_parse_line(str_slice(line, (size_t) blank + 1, line.len), &key, NULL, NULL))
		return false;
	known_hosts_check(hosts, ssh_target_known_as(target), target->port, public_key_blob(&key), ret);
	return ret->verdict == HOST_KEY_KNOWN;
}

static void take_key(const SshTarget *target, const HostKeyCheck *learnt, SshResult *ret) {
	if (*ret->host_key.offered && strcmp(ret->host_key.offered, learnt->offered) != 0)
		return;   /* another one than ssh refused: what is decided on must be what was seen */
	memcpy(ret->host_key.key, learnt->key, sizeof(learnt->key));
	if (*ret->host_key.offered)
		return;
	memcpy(ret->host_key.offered, learnt->offered, sizeof(learnt->offered));
	if (ret->outcome == SSH_HOST_UNKNOWN)
		ssh_fail_host_key(ret, target);
}

/* Of this user alone, and gone afterwards. */
static char *make_folder(void) {
	const char *base = getenv("XDG_RUNTIME_DIR"), *temp = getenv("TMPDIR");
	base = base && *base == '/' && file_is_folder(base) ? base : temp && *temp == '/' ? temp : "/tmp";
	AUTO_FREE char *folder = bg_asprintf("%s/breakglass-key-XXXXXX", base);
	return mkdtemp(folder) ? TAKE(folder) : NULL;
}

void ssh_program_learn_key(const SshTarget *target, Str messages, const ProcessRequest *base, SshResult *ret) {
	AUTO_FREE char *folder = base->deadline_ms >= LEAST_MS ? make_folder() : NULL;
	if (!folder)
		return;   /* the key stays unknown, as the board says */
	AUTO_FREE char *file = path_join(folder, "known_hosts");
	AUTO_CLEAR(StrList) argv = {0};
	AUTO_CLEAR(StrList) environment = {0};
	AUTO_CLEAR(ProcessResult) result = {0};
	ProcessRequest request = *base;
	HostKeyCheck learnt = {0};
	build_argv(target, messages, file, base->deadline_ms, &argv);
	process_environment(NULL, &environment);
	if (target->agent)
		process_environment_set(&environment, "SSH_AUTH_SOCK", target->agent);   /* for jump hosts */
	request.argv = strlist_argv(&argv);
	request.environment = strlist_argv(&environment);
	BG_IGNORE(process_run(&request, &result, NULL));   /* it ends in a refusal, always: what counts is the file */
	if (read_key(target, file, &learnt))
		take_key(target, &learnt, ret);
	BG_IGNORE(file_remove_tree(folder, NULL));         /* a public key in a folder of ours: no harm when it stays */
}
