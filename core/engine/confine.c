/* confine.c: see confine.h. */
#include "core/engine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/secret.h"
#include "core/engine/confine_calls.h"
#include "core/engine/confine_files.h"

/* A process confines itself once in its life: what it is left with is its state. */
static int landlock_abi;
static StrList landlock_writes;

void confine_begin(void) {
	secret_harden_process();
	/* Without it the kernel takes no filter from anybody but root. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		confine_refuse_calls(REFUSED_EVERYWHERE);
}

void confine_narrow(const StrList *writable) {
	landlock_abi = confine_files(writable, &landlock_writes);
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		confine_refuse_calls(REFUSED_WHERE_NO_PROGRAM_IS_NEEDED);
}

/* Landlock tells nobody what it holds. But who may write below few folders cannot write where everybody may. */
static bool is_held_by_landlock(void) {
	AUTO_CLOSE int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return fd < 0 && errno == EACCES;
}

Json *confine_tell(const StrList *programs) {
	Json *json = json_new_object();
	json_add_bool(json, "dumpable", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0);
	json_add_bool(json, "sanitizer", CONFINE_SANITIZED);
	Json *needed = json_add(json, "programs", json_new_array());
	for (size_t i = 0; programs && i < programs->count; i++)
		json_append_string(needed, programs->items[i]);
	Json *landlock = json_add(json, "landlock", json_new_object());
	bool held = landlock_abi > 0 && is_held_by_landlock();
	json_add_int(landlock, "abi", held ? landlock_abi : 0);
	Json *writes = json_add(landlock, "writes", json_new_array());
	for (size_t i = 0; held && i < landlock_writes.count; i++)
		json_append_string(writes, landlock_writes.items[i]);
	return json;
}

/* ---- what the kernel says ---- */

#define PROC_MAX (64 * 1024)

static bool read_proc(int pid, const char *name, Buf *out) {
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return file_read(path, PROC_MAX, out, NULL);
}

/* The number behind "NAME:" at the beginning of a line. */
static bool find_number(Str text, const char *name, int64_t *ret) {
	for (Str line; str_next_line(&text, &line);)
		if (str_starts(line, name))
			return str_parse_int(str_trim(str_slice(line, strlen(name), line.len)), ret);
	return false;
}

/* "Max core file size         0                    unlimited            bytes": the first number is what holds. */
static bool find_core_limit(Str text, int64_t *ret) {
	static const char NAME[] = "Max core file size";
	for (Str line; str_next_line(&text, &line);) {
		if (!str_starts(line, NAME))
			continue;
		Str rest = str_trim(str_slice(line, sizeof(NAME) - 1, line.len)), word;
		if (!str_split(&rest, ' ', &word))
			return false;
		*ret = -1;
		return str_eq_c(word, "unlimited") || str_parse_int(word, ret);
	}
	return false;
}

Json *confine_look(int pid) {
	Json *json = json_new_object();
	AUTO_CLEAR(Buf) status = {0};
	AUTO_CLEAR(Buf) limits = {0};
	int64_t number;
	if (read_proc(pid, "status", &status)) {
		if (find_number(buf_str(&status), "NoNewPrivs:", &number))
			json_add_bool(json, "no_new_privs", number == 1);
		if (find_number(buf_str(&status), "Seccomp:", &number))
			json_add_string(json, "seccomp", number == 2 ? "filter" : number == 1 ? "strict" : "off");
		if (find_number(buf_str(&status), "Seccomp_filters:", &number))
			json_add_int(json, "filters", number);
	}
	if (read_proc(pid, "limits", &limits) && find_core_limit(buf_str(&limits), &number))
		json_add_int(json, "core_limit", number);
	return json;
}

int confine_landlock_abi(void) { return confine_files_abi(); }
