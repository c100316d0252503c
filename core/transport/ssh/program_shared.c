/* program_shared.c: see program_shared.h. The master is a process of ssh's own, in the background: it ends when it was idle for shared_s, or is told to. */
#include "core/transport/ssh/program_shared.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/transport/process.h"
#include "core/transport/ssh/program_key.h"

#define NAME_LEN 16
#define SSH_SUFFIX 18                   /* ssh makes it under "PATH.XXXXXXXXXXXXXXXX" first */
#define END_ONE_MS 1000
#define AGAIN_MS 20

static void put_file(const char *path, Buf *out) {
	struct stat info = {0};
	int status = stat(path, &info);
	buf_printf(out, "%s %d %llu %lld %lld.%09ld\n", path, status, (unsigned long long) info.st_ino, (long long) info.st_size,
		(long long) info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

char *ssh_shared_socket(const SshTarget *target) {
	AUTO_CLEAR(StrList) route = {0};
	AUTO_CLEAR(Buf) text = {0};
	char hex[SHA256_HEX_SIZE];
	if (!target->shared)
		return NULL;
	ssh_program_route(target, &route);
	AUTO_FREE char *way = strlist_join(&route, " ");
	buf_printf(&text, "%s %s %s %s\n", target->host, way, target->key_path ? target->key_path : "", target->agent ? target->agent : "-");
	for (size_t i = 0; target->known_files && i < target->known_files->count; i++)
		put_file(target->known_files->items[i], &text);
	if (!target->known_files) {
		AUTO_FREE char *own = path_expand_home("~/.ssh/known_hosts");
		put_file(own, &text);
	}
	sha256_hex(buf_text(&text), text.len, hex);
	hex[NAME_LEN] = '\0';
	AUTO_FREE char *socket = path_join(target->shared, hex);
	return strlen(socket) + SSH_SUFFIX < sizeof(((struct sockaddr_un *) NULL)->sun_path) ? TAKE(socket) : NULL;
}

void ssh_shared_options(const SshTarget *target, StrList *argv) {
	strlist_add(argv, "-o");
	strlist_add(argv, "ControlMaster=auto");
	strlist_add(argv, "-o");
	strlist_add_take(argv, bg_asprintf("ControlPath=%s", target->kept));
	strlist_add(argv, "-o");
	strlist_add_take(argv, bg_asprintf("ControlPersist=%d", target->shared_s));
}

void ssh_shared_end(const char *socket) {
	AUTO_FREE char *path = bg_asprintf("ControlPath=%s", socket);
	char ssh[] = "ssh", dash_o[] = "-o", what[] = "-O", leave[] = "exit", quiet[] = "-q", config[] = "-F", none[] = "/dev/null", host[] = "kept";
	char *argv[] = {ssh, quiet, config, none, dash_o, path, what, leave, host, NULL};
	ProcessRequest request = {.argv = argv, .deadline_ms = END_ONE_MS, .grace_ms = 1};
	AUTO_CLEAR(ProcessResult) result = {0};
	BG_IGNORE(process_run(&request, &result, NULL));   /* one that does not hear ends by itself */
	(void) unlink(socket);                              /* ssh does it; of a dead one we do */
}

char *ssh_shared_begin(void) {
	const char *base = getenv("XDG_RUNTIME_DIR"), *temp = getenv("TMPDIR");
	base = base && *base == '/' && file_is_folder(base) ? base : temp && *temp == '/' ? temp : "/tmp";
	AUTO_FREE char *folder = bg_asprintf("%s/breakglass-ssh-XXXXXX", base);
	return mkdtemp(folder) ? TAKE(folder) : NULL;
}

void ssh_shared_end_all(const char *folder, int64_t deadline_ms) {
	MonoTime end = {mono_now().ms + deadline_ms};
	for (;;) {
		AUTO_CLEAR(StrList) names = {0};
		if (!folder || !file_list_folder(folder, &names, NULL))
			return;
		for (size_t i = 0; i < names.count && mono_now().ms < end.ms; i++) {
			AUTO_FREE char *socket = path_join(folder, names.items[i]);
			ssh_shared_end(socket);
		}
		/* Sockets and nothing else. A look that was just under way may have put another one there meanwhile: that is ended, too. */
		if (file_remove_tree(folder, NULL) || mono_now().ms >= end.ms)
			return;
		(void) poll(NULL, 0, AGAIN_MS);
	}
}
