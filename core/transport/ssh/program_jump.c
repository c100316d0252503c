/* program_jump.c: see program_jump.h. */
#include "core/transport/ssh/program_jump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/transport/ssh/program_key.h"

#define SETTINGS_MAX 65536
#define USUAL_FILE "~/.ssh/known_hosts"

bool ssh_jump_parse(const char *jump, char **ret_user, char **ret_host, int *ret_port) {
	Str rest = str_from(jump), user = {0};
	int64_t port = 0;
	if (!rest.len || str_find_char(rest, ',') >= 0 || str_find(rest, "://") >= 0)
		return false;
	const char *at = strrchr(jump, '@');
	if (at) {
		user = str_slice(rest, 0, (size_t) (at - jump));
		rest = str_from(at + 1);
	}
	ptrdiff_t colon = str_find_char(rest, ':'), bracket = str_find_char(rest, ']');
	Str host = rest;
	if (str_starts(rest, "[") && bracket > 0) {
		host = str_slice(rest, 1, (size_t) bracket - 1);
		rest = str_slice(rest, (size_t) bracket + 1, rest.len);
		if (rest.len && (!str_starts(rest, ":") || !str_parse_int(str_slice(rest, 1, rest.len), &port)))
			return false;
	} else if (colon >= 0 && str_find_char(str_slice(rest, (size_t) colon + 1, rest.len), ':') < 0) {   /* more of them are an IPv6 address */
		host = str_slice(rest, 0, (size_t) colon);
		if (!str_parse_int(str_slice(rest, (size_t) colon + 1, rest.len), &port))
			return false;
	}
	if (!host.len || str_starts(host, "-") || port < 0 || port > 65535)
		return false;
	*ret_user = str_dup(user);
	*ret_host = str_dup(host);
	*ret_port = (int) port;
	return true;
}

void jump_settings_clear(JumpSettings *settings) {
	free(settings->host);
	strlist_clear(&settings->files);
	*settings = (JumpSettings){0};
}

bool ssh_jump_settings_parse(Str said, JumpSettings *ret) {
	AUTO_CLEAR(JumpSettings) settings = {.port = 22};
	Str line, key;
	bool aliased = false;
	while (str_next_line(&said, &line)) {
		Str value = str_trim(line);
		int64_t port;
		if (!str_split(&value, ' ', &key) || !value.len)
			continue;
		if (str_eq_c(key, "hostname") && !settings.host)
			settings.host = str_dup(value);
		else if (str_eq_c(key, "port") && str_parse_int(value, &port) && port > 0 && port <= 65535)
			settings.port = (int) port;
		else if (str_eq_c(key, "userknownhostsfile") && str_find_char(value, '"') < 0)
			strlist_split(&settings.files, value, ' ');
		aliased |= str_eq_c(key, "hostkeyalias");
	}
	if (!settings.host || aliased)
		return false;
	*ret = settings;
	settings = (JumpSettings){0};
	return true;
}

static bool ask_settings(const SshTarget *gate, const ProcessRequest *base, JumpSettings *ret) {
	AUTO_CLEAR(StrList) argv = {0};
	AUTO_CLEAR(StrList) environment = {0};
	AUTO_CLEAR(ProcessResult) result = {0};
	ProcessRequest request = *base;
	strlist_add(&argv, "ssh");
	strlist_add(&argv, "-G");
	ssh_program_route(gate, &argv);
	strlist_add(&argv, "--");
	strlist_add(&argv, gate->host);
	process_environment(NULL, &environment);
	request.argv = strlist_argv(&argv);
	request.environment = strlist_argv(&environment);
	request.max_output = SETTINGS_MAX;
	return process_run(&request, &result, NULL) && !result.signal && result.exit_code == 0 && ssh_jump_settings_parse(buf_str(&result.out), ret);
}

/* What is accepted goes into the first of our files: it must be one that the second ssh reads. */
static bool reads_our_file(const SshTarget *target, const JumpSettings *settings) {
	AUTO_FREE char *usual = path_expand_home(USUAL_FILE);
	const char *ours = target->known_files && target->known_files->count ? target->known_files->items[0] : usual;
	for (size_t i = 0; i < settings->files.count; i++) {
		AUTO_FREE char *file = path_expand_home(settings->files.items[i]);
		if (strcmp(file, ours) == 0)
			return true;
	}
	return false;
}

static void take(const SshTarget *target, const JumpSettings *settings, const HostKeyCheck *shown, SshResult *ret) {
	AUTO_FREE char *name = known_hosts_name(settings->host, settings->port);
	if (strlen(name) >= sizeof ret->host_key_of)
		return;
	if (ret->outcome == SSH_HOST_CHANGED && target->known)
		BG_IGNORE(known_hosts_first(target->known, settings->host, settings->port, &ret->host_key));   /* else what was known is not told */
	memcpy(ret->host_key.key, shown->key, sizeof shown->key);
	memcpy(ret->host_key.offered, shown->offered, sizeof shown->offered);
	(void) snprintf(ret->host_key_of, sizeof ret->host_key_of, "%s", name);
	ssh_fail(ret, target, ret->outcome, ERROR_DENIED, ret->outcome == SSH_HOST_UNKNOWN ? "the host key of the jump host %s is not known: it shows %s"
		: "the host key of the jump host %s changed: it shows %s", target->jump, shown->offered);
	ret->error.hint[0] = 0;
	error_hint(&ret->error, "compare it with ssh-keygen -lf on the console of %s", target->jump);
}

void ssh_program_learn_jump_key(const SshTarget *target, Str messages, const char *told, const ProcessRequest *base, SshResult *ret) {
	AUTO_FREE char *user = NULL, *host = NULL;
	AUTO_CLEAR(JumpSettings) settings = {0};
	AUTO_CLEAR(SshResult) shown = {.outcome = ret->outcome};
	ProcessRequest request = *base;
	MonoTime begun = mono_now();
	int port = 0;
	if (!ssh_jump_parse(target->jump, &user, &host, &port))
		return;
	SshTarget gate = {.host = host, .user = user, .port = port, .agent = target->agent};
	if (!ask_settings(&gate, base, &settings) || !reads_our_file(target, &settings))
		return;
	gate.known_as = settings.host;
	gate.port = settings.port;
	request.deadline_ms -= mono_now().ms - begun.ms;
	(void) snprintf(shown.host_key.offered, sizeof shown.host_key.offered, "%s", told);
	ssh_program_learn_key(&gate, messages, &request, &shown);
	if (*shown.host_key.key && *shown.host_key.offered)
		take(target, &settings, &shown.host_key, ret);
}
