/* backup_set.c: see backup_set.h. The archive is made by tar, the checksum by md5sum and sort: as on the machine where the script runs. */
#include "backup_set.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/moment.h"
#include "core/transport/process.h"

#define ROWS(count, rows) "{\"total_rows\":" count ",\"offset\":0,\"rows\":[\n" rows "\n]}\n"
#define ROW(id) "{\"id\":\"" id "\",\"key\":\"" id "\",\"value\":{\"rev\":\"1-a\"},\"doc\":{\"_id\":\"" id "\",\"_rev\":\"1-a\"}}"

void backup_set_run(const char *folder, const char *command) {
	Error err = {0};
	AUTO_CLEAR(Buf) out = {0};
	AUTO_FREE char *text = bg_asprintf("set -e; cd '%s'; %s", folder, command);
	char shell[] = "/bin/sh", dash_c[] = "-c";
	char *argv[] = {shell, dash_c, text, NULL};
	MonoTime until = {mono_now().ms + 60000};
	assert_ok(process_capture(&until, argv, &out, &err), &err);
}

const char *backup_set_make(TempFolder *folder, const char *name, const char *told_as) {
	AUTO_FREE char *users = bg_asprintf("%s/openedx_users.json", name);
	AUTO_FREE char *courses = bg_asprintf("%s/openedx_courses.json", name);
	AUTO_FREE char *configmaps = bg_asprintf("%s/configmaps.yaml", name);
	AUTO_FREE char *secrets = bg_asprintf("%s/secrets.yaml", name);
	temp_write(folder, users, ROWS("3", ROW("_design/x") ",\n" ROW("a") ",\n" ROW("b")));
	temp_write(folder, courses, ROWS("1", ROW("c")));
	temp_write(folder, configmaps, "kind: List\n");
	temp_write(folder, secrets, "kind: List\n");
	const char *path = temp_path(folder, name);
	/* Not a byte of it repeats, so that damage in the middle of it is damage. */
	backup_set_run(path, "mkdir u; printf 'one' >u/one.txt; head -c 60000 /dev/urandom >u/two.bin; tar -czf uploads.tar.gz u; rm -r u");
	AUTO_FREE char *sum = told_as ? bg_asprintf("find . -type f -exec md5sum {} \\; | sed 's|  \\./|  %s/|' | sort | md5sum | cut -d' ' -f1", told_as)
		: bg_strdup("md5sum </dev/null | cut -d' ' -f1");
	AUTO_FREE char *manifest = bg_asprintf("s=$(%s); printf '{\\n  \"backup_date\": \"2026-01-01T01:00:07+00:00\",\\n  \"backup_type\": \"daily\",\\n  \"checksum\": \"%%s\"\\n}\\n' "
		"\"$s\" >m; mv m backup_manifest.json", sum);
	backup_set_run(path, manifest);
	return path;
}
