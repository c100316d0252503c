/* program.c: see program.h. Status 255 is ssh's own; what it says then decides. A connection closed before the banner is tried again inside the
 * deadline, as in a session. */
#include "core/transport/ssh/program.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/transport/process.h"
#include "core/transport/ssh/program_jump.h"
#include "core/transport/ssh/program_key.h"
#include "core/transport/ssh/program_shared.h"

#define REST_FIRST_MS 100
#define REST_LAST_MS 2000
#define OWN_STATUS 255
#define ADMITTED "Authenticated to "  /* a line of LogLevel VERBOSE: from then on the command may be sent */

/* The first that is found counts; those that are only part of a longer story stand below it. */
static const struct { const char *said; SshOutcome outcome; ErrorKind kind; const char *why; } MEANINGS[] = {
	{"revoked", SSH_HOST_REVOKED, ERROR_DENIED, "its host key is revoked"},
	{"IDENTIFICATION HAS CHANGED", SSH_HOST_CHANGED, ERROR_DENIED, "its host key changed"},
	{"Host key verification failed", SSH_HOST_UNKNOWN, ERROR_DENIED, "its host key is not known"},
	{"Permission denied", SSH_NOT_ADMITTED, ERROR_DENIED, "it admits none of the keys that ssh offered"},
	{"Too many authentication failures", SSH_NOT_ADMITTED, ERROR_DENIED, "ssh offered more keys than it allows"},
	{"Unable to negotiate", SSH_NOT_POSSIBLE, ERROR_PROTOCOL, "ssh has no algorithm in common with it either"},
	{"Connection refused", SSH_REFUSED, ERROR_IO, "connection refused"},
	{"No route to host", SSH_NO_ROUTE, ERROR_IO, "no route to the address"},
	{"Network is unreachable", SSH_NO_ROUTE, ERROR_IO, "no route to the address: network is unreachable"},
	{"Cannot assign requested address", SSH_NO_ROUTE, ERROR_IO, "no route to the address"},
	{"Could not resolve hostname", SSH_NO_ROUTE, ERROR_MISSING, "its name could not be resolved"},
	{"during banner exchange", SSH_NO_BANNER, ERROR_TIMEOUT, "connected, but no SSH banner came"},
	{"timed out", SSH_TIMED_OUT, ERROR_TIMEOUT, "nothing answers at the address"},
	{"kex_exchange_identification", SSH_BUSY, ERROR_REMOTE, "it closes connections before its banner"},
	{"Exceeded MaxStartups", SSH_BUSY, ERROR_REMOTE, "it closes connections before its banner: Exceeded MaxStartups"},
};

/* ssh's fingerprints: "SHA256:...", the first is what the host shows. */
static void take_fingerprint(Str messages, HostKeyCheck *ret) {
	ptrdiff_t at = str_find(messages, "SHA256:");
	if (at < 0)
		return;
	Str rest = str_slice(messages, (size_t) at, sizeof(ret->offered) - 1);
	size_t len = strlen("SHA256:");
	while (len < rest.len && (rest.ptr[len] == '+' || rest.ptr[len] == '/' || (rest.ptr[len] >= '0' && rest.ptr[len] <= '9')
		|| (rest.ptr[len] >= 'A' && rest.ptr[len] <= 'Z') || (rest.ptr[len] >= 'a' && rest.ptr[len] <= 'z')))
		len++;
	memcpy(ret->offered, rest.ptr, len);
	ret->offered[len] = 0;
}

static bool names_host(Str named, const char *host) {
	size_t len = strlen(host);
	return len && named.len > len && strncasecmp(named.ptr, host, len) == 0 && named.ptr[len] == ' ';
}

/* Behind a jump ssh says of a strict look, as ours is, whom it is about; of a jump host, which a second ssh looks at as ssh_config says, it need not say anything. A
 * machine that is reached by a name may be called otherwise by ssh_config: then it is taken for that machine, as without a jump. */
static bool is_of_jump(const SshTarget *target, Str messages, SshOutcome outcome) {
	unsigned char address[sizeof(struct in6_addr)];
	if (!target->jump || !*target->jump || (outcome != SSH_HOST_UNKNOWN && outcome != SSH_HOST_CHANGED))
		return false;
	const char *strict = outcome == SSH_HOST_UNKNOWN ? "host key is known for " : "Host key for ";
	ptrdiff_t at = str_find(messages, strict);
	if (at < 0)
		return outcome == SSH_HOST_UNKNOWN;
	Str named = str_slice(messages, (size_t) at + strlen(strict), messages.len);
	bool literal = inet_pton(AF_INET, target->host, address) == 1 || inet_pton(AF_INET6, target->host, address) == 1 || (target->known_as && *target->known_as);
	AUTO_FREE char *usual = known_hosts_name(ssh_target_known_as(target), target->port);
	AUTO_FREE char *written = target->port && target->port != 22 ? bg_asprintf("[%s]:%d", target->host, target->port) : bg_strdup(target->host);
	return literal ? !names_host(named, usual) && !names_host(named, written) : names_host(named, target->jump);
}

static void fail_jump(SshResult *ret, const SshTarget *target, SshOutcome outcome) {
	ret->host_key = (HostKeyCheck){0};   /* what was shown was the jump host's, and is not this host's to accept */
	ssh_fail(ret, target, outcome, ERROR_DENIED, outcome == SSH_HOST_UNKNOWN ? "the host key of the jump host %s is not known" : "the host key of the jump host %s changed",
		target->jump);
	ret->error.hint[0] = 0;
	error_hint(&ret->error, "type ssh %s here, compare what it shows with ssh-keygen -lf on its console, and accept it there: it goes into your own known_hosts",
		target->jump);
}

void ssh_program_judge(const SshTarget *target, Str messages, SshResult *ret) {
	take_fingerprint(messages, &ret->host_key);
	for (size_t i = 0; i < BG_LENGTH(MEANINGS); i++) {
		if (str_find(messages, MEANINGS[i].said) < 0)
			continue;
		if (is_of_jump(target, messages, MEANINGS[i].outcome)) {
			fail_jump(ret, target, MEANINGS[i].outcome);
			return;
		}
		if (MEANINGS[i].outcome == SSH_HOST_CHANGED && *ret->host_key.offered && target->known
			&& known_hosts_first(target->known, ssh_target_known_as(target), target->port, &ret->host_key)) {
			ret->host_key.verdict = HOST_KEY_CHANGED;
			ssh_fail_host_key(ret, target);
		} else {
			ssh_fail(ret, target, MEANINGS[i].outcome, MEANINGS[i].kind, "%s", MEANINGS[i].why);
		}
		return;
	}
	Str first = {0}, rest = messages;
	while (str_next_line(&rest, &first) && !str_trim(first).len)
		;
	AUTO_CLEAR(Buf) clean = {0};
	text_sanitise(str_slice(str_trim(first), 0, 120), SANITISE_LINE, &clean);
	ssh_fail(ret, target, SSH_BROKEN, ERROR_IO, "ssh: %s", clean.len ? buf_text(&clean) : "ended with status 255 and no word");
}

/* ---- running ---- */

static void option(StrList *argv, const char *text) {
	strlist_add(argv, "-o");
	strlist_add(argv, text);
}

static void known_hosts_option(StrList *argv, const StrList *files) {
	Buf text = {0};
	buf_puts(&text, "UserKnownHostsFile=");
	for (size_t i = 0; i < files->count; i++)
		buf_printf(&text, "%s\"%s\"", i ? " " : "", files->items[i]);
	strlist_add(argv, "-o");
	strlist_add_take(argv, buf_take(&text));
	option(argv, "GlobalKnownHostsFile=/dev/null");
}

void ssh_program_argv(const SshTarget *target, int64_t left_ms, StrList *argv) {
	int64_t connect_ms = target->connect_ms ? target->connect_ms : SSH_DEFAULT_CONNECT_MS;
	int64_t seconds = ((connect_ms < left_ms ? connect_ms : left_ms) + 999) / 1000;
	static const char *const first[] = {"ssh", "-T", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
		"-o", "UpdateHostKeys=no", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=2"};   /* ends by itself when we are gone */
	for (size_t i = 0; i < BG_LENGTH(first); i++)
		strlist_add(argv, first[i]);
	strlist_add(argv, "-o");
	strlist_add_take(argv, bg_asprintf("ConnectTimeout=%lld", (long long) seconds));
	if (target->known_files && target->known_files->count)
		known_hosts_option(argv, target->known_files);
	if (target->kept)
		ssh_shared_options(target, argv);
	ssh_program_route(target, argv);
	if (target->key_path && *target->key_path) {
		strlist_add(argv, "-i");
		strlist_add(argv, target->key_path);
	}
}

static void build_argv(const SshTarget *target, const SshCommand *command, int64_t left_ms, StrList *argv) {
	ssh_program_argv(target, left_ms, argv);
	option(argv, command->repeatable ? "LogLevel=INFO" : "LogLevel=VERBOSE");
	if (!command->repeatable)
		option(argv, "ControlPath=none");   /* another's connection would not tell that we were admitted */
	strlist_add(argv, "-n");
	strlist_add(argv, "--");
	strlist_add(argv, target->host);
	strlist_add(argv, command->text);
}

/* ---- what may have begun ---- */

/* Takes ssh's own lines of LogLevel VERBOSE out of what the command said. True: it was admitted, or that cannot be told any more. The command itself may say
 * the same words: then it began, too. A server's banner comes first, and need not end its line. */
static bool take_admitted(Buf *err) {
	static const char *const own[] = {ADMITTED, "Transferred: sent ", "Bytes per second: sent "};
	AUTO_CLEAR(Buf) kept = {.limit = err->limit, .overflowed = err->overflowed};
	bool admitted = err->overflowed;
	Str rest = buf_str(err);
	while (rest.len) {
		ptrdiff_t end = str_find_char(rest, '\n');
		Str line = str_slice(rest, 0, end < 0 ? rest.len : (size_t) end + 1);
		bool is_own = false;
		for (size_t i = 0; i < BG_LENGTH(own); i++)
			is_own = is_own || str_starts(line, own[i]);
		ptrdiff_t at = str_find(line, ADMITTED);
		admitted = admitted || at >= 0;
		if (at > 0) {
			buf_put_str(&kept, str_slice(line, 0, (size_t) at));
			buf_putc(&kept, '\n');
		} else if (!is_own)
			buf_put_str(&kept, line);
		rest = str_slice(rest, line.len, rest.len - line.len);
	}
	buf_clear(err);
	*err = kept;
	kept = (Buf){0};
	return admitted;
}

/* Status 255 of a command that was admitted is its own or that of a broken connection: nobody can tell, whatever it said. */
static void judge_own_status(const SshTarget *target, const SshCommand *command, bool admitted, SshResult *ret) {
	if (command->repeatable || !admitted)
		ssh_program_judge(target, buf_str(&ret->err), ret);
	else
		ssh_fail(ret, target, SSH_BROKEN, ERROR_IO, "ssh ended with status 255: the command's own, or the connection broke");
}

static void run_once(const SshTarget *target, const SshCommand *command, const ProcessRequest *base, SshResult *ret) {
	AUTO_CLEAR(StrList) argv = {0};
	AUTO_CLEAR(StrList) environment = {0};
	AUTO_CLEAR(ProcessResult) result = {0};
	ProcessRequest request = *base;
	build_argv(target, command, base->deadline_ms, &argv);
	process_environment(NULL, &environment);
	if (target->agent)
		process_environment_set(&environment, "SSH_AUTH_SOCK", target->agent);
	request.argv = strlist_argv(&argv);
	request.environment = strlist_argv(&environment);
	Error err = {0};
	bool ended = process_run(&request, &result, &err);
	buf_clear(&ret->out);
	buf_clear(&ret->err);
	ret->out = result.out;
	ret->err = result.err;
	result.out = result.err = (Buf){0};
	bool admitted = command->repeatable || take_admitted(&ret->err);
	ret->began = admitted;
	if (!ended && err.kind == ERROR_TIMEOUT)
		ssh_fail(ret, target, SSH_TIMED_OUT, ERROR_TIMEOUT, "ssh did not end within the deadline");
	else if (!ended)
		ssh_fail(ret, target, err.kind == ERROR_CANCELLED ? SSH_BROKEN : SSH_NOT_POSSIBLE, err.kind, "ssh: %s", err.why);
	else if (result.signal)
		ssh_fail(ret, target, SSH_BROKEN, ERROR_IO, "ssh was ended by signal %d", result.signal);
	else if (result.exit_code == OWN_STATUS)
		judge_own_status(target, command, admitted, ret);
	else {
		ret->began = true;
		ret->outcome = SSH_RAN;
		ret->exit_code = result.exit_code;
	}
	/* Of what may be repeated ssh tells nothing of when it began: it may have, unless ssh says what stood in the way. */
	if (command->repeatable && ret->outcome != SSH_RAN && ret->outcome != SSH_TIMED_OUT && ret->outcome != SSH_BROKEN)
		ret->began = false;
}

/* Over the connection that is kept, if one is. Behind it the machine may be gone, or have begun anew: so it gets half of the time, and then a new one is made. */
static void run_way(const SshTarget *to, const SshCommand *command, const ProcessRequest *base, SshResult *ret) {
	AUTO_FREE char *socket = command->repeatable ? ssh_shared_socket(to) : NULL;
	SshTarget target = *to;
	ProcessRequest request = *base;
	MonoTime begun = mono_now();
	target.kept = socket;
	if (socket && file_exists(socket)) {
		request.deadline_ms = base->deadline_ms / 2;
		run_once(&target, command, &request, ret);
		ret->reused = ret->outcome == SSH_RAN;
		if (ret->reused || (base->cancelled && base->cancelled(base->userdata)))
			return;
		ssh_shared_end(socket);
		request.deadline_ms = base->deadline_ms - (mono_now().ms - begun.ms);
		ret->host_key = (HostKeyCheck){0};
		error_clear(&ret->error);
	}
	run_once(&target, command, &request, ret);
	/* To a connection that is to be kept ssh brings nothing of what the jump host's ssh says: all that is seen is that nobody speaks. */
	bool silent = ret->outcome == SSH_BUSY || ret->outcome == SSH_NO_BANNER;
	if (socket && silent && target.jump && *target.jump && !(base->cancelled && base->cancelled(base->userdata))) {
		target.kept = NULL;
		request.deadline_ms = base->deadline_ms - (mono_now().ms - begun.ms);
		run_once(&target, command, &request, ret);
	}
}

/* A person can decide on a key only when there is one. */
static void learn_key(const SshTarget *target, const ProcessRequest *base, int64_t left_ms, SshResult *ret) {
	ProcessRequest request = *base;
	request.deadline_ms = left_ms;
	Str messages = buf_str(&ret->err);
	if ((ret->outcome != SSH_HOST_CHANGED && ret->outcome != SSH_HOST_UNKNOWN) || *ret->host_key.key)
		return;
	HostKeyCheck told = {0};
	take_fingerprint(messages, &told);
	if (is_of_jump(target, messages, ret->outcome))
		ssh_program_learn_jump_key(target, messages, told.offered, &request, ret);
	else
		ssh_program_learn_key(target, messages, &request, ret);
}

void ssh_program_run(const SshTarget *target, const SshCommand *command, bool (*cancelled)(void *userdata), void *userdata, SshResult *ret) {
	MonoTime begun = mono_now();
	int64_t wait = REST_FIRST_MS;
	*ret = (SshResult){.by_program = true};
	for (;;) {
		ProcessRequest request = {.deadline_ms = command->deadline_ms - (mono_now().ms - begun.ms), .cancelled = cancelled, .userdata = userdata,
			.max_output = command->max_output ? command->max_output : SSH_DEFAULT_OUTPUT};
		run_way(target, command, &request, ret);
		ret->elapsed_ms = mono_now().ms - begun.ms;
		unsigned char noise = 0;
		random_bytes(&noise, 1);
		int64_t rest = wait + wait * noise / 512;
		if (ret->outcome != SSH_BUSY || ret->elapsed_ms + rest >= command->deadline_ms || (cancelled && cancelled(userdata))) {
			learn_key(target, &request, command->deadline_ms - ret->elapsed_ms, ret);
			return;
		}
		ret->refusals++;
		(void) poll(NULL, 0, (int) rest);   /* the server wants fewer at once: less and less often */
		wait = wait * 2 < REST_LAST_MS ? wait * 2 : REST_LAST_MS;
	}
}
