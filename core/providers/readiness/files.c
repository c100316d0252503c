/* files.c: can each file that the environment names be read by whoever runs the console? */
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/readiness/readiness.h"
#include "core/providers/settings.h"
#include "core/signoff/revocations.h"

#define OTHERS (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)

static void look_at(Readiness *readiness, const char *what, const char *path, const char *hint) {
	if (access(path, R_OK) == 0)
		readiness_found(readiness, READING_OK, path, NULL, "%s is there", what);
	else
		readiness_found(readiness, READING_FAIL, path, hint, "%s cannot be read", what);
}

/* ssh refuses a key that others can read, at the worst moment. */
static void look_at_key(Readiness *readiness, const EnvironmentNode *node) {
	AUTO_FREE char *path = path_expand_home(node->key);
	struct stat info;
	if (stat(path, &info) == 0 && info.st_mode & OTHERS) {
		AUTO_FREE char *hint = bg_asprintf("chmod 600 %s", path);
		readiness_found(readiness, READING_FAIL, path, hint, "the key for the nodes can be read by others, and ssh refuses it");
		return;
	}
	look_at(readiness, "the key for the nodes", path, "put it there, or correct `key` in the environment file; with an agent, name none");
}

static void look_at_revoked(Readiness *readiness, const char *path) {
	AUTO_CLEAR(Revocations) revocations = {0};
	Error err = {0};
	if (!revocations_load(path, &revocations, &err))
		readiness_found(readiness, READING_FAIL, path, *err.hint ? err.hint : "correct it: while it cannot be read, no signature counts", "revoked keys: %s", err.why);
}

void readiness_files(Readiness *readiness) {
	const Environment *environment = readiness->environment;
	const SignoffSettings *signoff = &environment->signoff;
	if (signoff->signers && *signoff->signers)
		look_at(readiness, "the file of who signs with which key", signoff->signers, "OpenSSH's allowed_signers: a line for each person, NAME namespaces=\"signoff@breakglass\" KEY");
	if (signoff->codes && *signoff->codes)
		look_at(readiness, "the file of one-time codes", signoff->codes, "breakglass code --enrol PERSON writes it");
	if (signoff->revoked && *signoff->revoked)
		look_at_revoked(readiness, signoff->revoked);
	for (size_t i = 0; i < environment->known_hosts.count; i++)
		look_at(readiness, "the file of known host keys", environment->known_hosts.items[i], "breakglass nodes --trust adds keys to it");
	for (size_t i = 0; i < environment->node_count; i++)
		if (*environment->nodes[i].key)
			look_at_key(readiness, &environment->nodes[i]);
	for (size_t i = 0; i < environment->system_count; i++) {
		const EnvironmentSystem *system = &environment->systems[i];
		const char *const keys[] = {"kubeconfig", "ca-cert"};
		for (size_t k = 0; k < BG_LENGTH(keys); k++) {
			AUTO_FREE char *path = setting_path(environment, system, keys[k]);
			AUTO_FREE char *what = bg_asprintf("%s of %s", keys[k], system->name);
			if (path)
				look_at(readiness, what, path, "put it there, or correct it in the environment file");
		}
	}
}
