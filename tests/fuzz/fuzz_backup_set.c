/* A file of a set: the first line is its name, the rest its bytes. The set is read to its end; whatever is wrong is told in harmless lines, and only a set of
 * which nothing is wrong counts files. */
#include <stdlib.h>

#include "fuzz.h"
#include "core/base/file.h"
#include "core/providers/backup/backup.h"

static const char *const NAMES[] = { "users.json", "users.couchbackup", "users.json.gz", "u.tar", "u.tar.gz", "u.zip", "u.cpio", BACKUP_MANIFEST };

static void harmless(const StrList *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		fuzz_harmless(str_from(lines->items[i]), SANITISE_LINE);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str bytes = { size ? (const char *) data : "", size };
	AUTO_FREE char *wanted = str_dup(fuzz_line(&bytes));
	AUTO_CLEAR(VerifyReport) report = { 0 };
	Error err = { 0 };
	WallTime day;
	Call call = { .deadline = { mono_now().ms + 60000 } };
	BG_IGNORE(backup_set_day(wanted, &day));   /* any text may be asked about */
	for (size_t i = 0; i < BG_LENGTH(NAMES); i++) {
		if (!text_eq(NAMES[i], wanted))
			continue;
		AUTO_FREE char *name = bg_asprintf("set/%s", NAMES[i]);
		AUTO_FREE char *path = fuzz_path("set");
		fuzz_write(name, bytes);
		bool ok = backup_verify_set(&call, path, NULL, &report, &err);
		BG_ASSERT(ok && report.files == 1);
		/* It is never whole: a set is a manifest and something else. */
		BG_ASSERT(report.wrong.count > 0);
		harmless(&report.wrong);
		harmless(&report.notes);
		bool removed = file_remove_tree(path, &err);
		BG_ASSERT(removed);
	}
	return 0;
}
