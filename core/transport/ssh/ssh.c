/* ssh.c: outcomes in words. */
#include "core/transport/ssh/ssh.h"

#include "core/base/alloc.h"

static const char *const WORDS[SSH_OUTCOME_COUNT] = {
	[SSH_UNFINISHED] = "not asked", [SSH_RAN] = "answered", [SSH_NO_ROUTE] = "no route", [SSH_REFUSED] = "refused",
	[SSH_TIMED_OUT] = "timed out", [SSH_NO_BANNER] = "no banner", [SSH_BUSY] = "too many sessions begin",
	[SSH_HOST_UNKNOWN] = "host key unknown", [SSH_HOST_CHANGED] = "host key changed", [SSH_HOST_REVOKED] = "host key revoked",
	[SSH_NOT_ADMITTED] = "authentication refused", [SSH_BROKEN] = "connection broken", [SSH_COMMAND_SLOW] = "command too slow",
	[SSH_NOT_POSSIBLE] = "needs the ssh program",
};

const char *ssh_outcome_words(SshOutcome outcome) { return WORDS[outcome]; }

void ssh_result_clear(SshResult *result) {
	buf_clear(&result->out);
	buf_clear(&result->err);
	*result = (SshResult){0};
}

char *ssh_target_words(const SshTarget *target) {
	AUTO_FREE char *name = known_hosts_name(target->host, target->port);
	return *target->user ? bg_asprintf("%s@%s", target->user, name) : TAKE(name);
}

const char *ssh_target_known_as(const SshTarget *target) { return target->known_as && *target->known_as ? target->known_as : target->host; }

static const char *hint_of(SshOutcome outcome) {
	switch (outcome) {
	case SSH_NO_ROUTE: return "is the overlay up here? ip -6 route get ADDRESS, systemctl status mycelium";
	case SSH_REFUSED: return "the machine is up: is sshd running there, and on this port?";
	case SSH_TIMED_OUT: return "the machine may be down, or something drops its packets: try its LAN address, its console";
	case SSH_NO_BANNER: return "something listens there: a hung sshd, a full machine, or another service";
	case SSH_BUSY: return "sshd refuses while too many sessions begin at once: see MaxStartups in its sshd_config";
	case SSH_NOT_ADMITTED: return "is the public key in authorized_keys of that user? ssh -v shows what was offered";
	case SSH_COMMAND_SLOW: return "the machine answers but is slow: load, full disk, hung mount";
	case SSH_HOST_UNKNOWN: return "compare with ssh-keygen -lf on its console, then add it with ssh-keyscan";
	case SSH_HOST_CHANGED: return "was it rebuilt? compare on its console before the old key is taken out";
	case SSH_HOST_REVOKED: return "known_hosts says so: do not connect until that is explained";
	case SSH_UNFINISHED: case SSH_RAN: case SSH_BROKEN: case SSH_NOT_POSSIBLE: case SSH_OUTCOME_COUNT: break;
	}
	return "";
}

void ssh_fail(SshResult *result, const SshTarget *target, SshOutcome outcome, ErrorKind kind, const char *why, ...) {
	va_list args;
	va_start(args, why);
	AUTO_FREE char *text = bg_vasprintf(why, args);
	va_end(args);
	/* What does not fit is cut between two characters. */
	size_t len = strlen(text);
	if (len >= sizeof(result->error.why)) {
		for (len = sizeof(result->error.why) - 1; len && ((unsigned char) text[len] & 0xc0) == 0x80; len--)
			;
		text[len] = 0;
	}
	AUTO_FREE char *where = ssh_target_words(target);
	result->outcome = outcome;
	error_set(&result->error, kind, "%s", text);
	error_where(&result->error, "%s", where);
	error_hint(&result->error, "%s", hint_of(outcome));
}

void ssh_fail_host_key(SshResult *result, const SshTarget *target) {
	const HostKeyCheck *check = &result->host_key;
	AUTO_FREE char *name = known_hosts_name(ssh_target_known_as(target), target->port);
	switch (check->verdict) {
	case HOST_KEY_REVOKED:
		ssh_fail(result, target, SSH_HOST_REVOKED, ERROR_DENIED, "its host key %s is revoked", check->offered);
		result->error.hint[0] = 0;
		error_hint(&result->error, "%s:%d says so: do not connect until that is explained", check->file, check->line);
		return;
	case HOST_KEY_CHANGED:
	case HOST_KEY_OTHER_TYPE:
		ssh_fail(result, target, SSH_HOST_CHANGED, ERROR_DENIED, "its host key changed: it shows %s, known is %s", check->offered, check->known);
		result->error.hint[0] = 0;
		error_hint(&result->error, "was it rebuilt? compare on its console, then: ssh-keygen -R '%s' -f %s", name, check->file);
		return;
	case HOST_KEY_UNKNOWN:
	case HOST_KEY_AUTHORITY:
	case HOST_KEY_KNOWN:
		break;
	}
	ssh_fail(result, target, SSH_HOST_UNKNOWN, ERROR_DENIED, "its host key is not known: it shows %s", check->offered);
	result->error.hint[0] = 0;
	error_hint(&result->error, "compare with ssh-keygen -lf on its console, then add it: ssh-keyscan -p %d %s", target->port ? target->port : 22,
		target->host);
}
