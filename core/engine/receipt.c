/* receipt.c: see receipt.h. */
#include "core/engine/receipt.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/moment.h"
#include "core/engine/paths.h"

bool receipt_prepare(const char *folder, const char *gate, const char *person, const char *statement, const char *signature,
	char **ret_path, Error *err) {
	char time[WALL_TEXT_SIZE];
	AUTO_FREE char *safe_person = path_safe_name(person);
	AUTO_FREE char *safe_gate = path_safe_name(gate);
	AUTO_FREE char *path = bg_asprintf("%s/receipts/%s-%s-%s.part", folder, wall_format_iso(wall_now(), time), safe_gate, safe_person);
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, statement);
	buf_puts(&text, signature);
	if (!file_write_atomic(path, text.data, text.len, 0600, err)) {
		error_hint(err, "make room or mend the folder, then sign again");
		return error_what(err, "keep the receipt of the signature");
	}
	*ret_path = TAKE(path);
	return true;
}

void receipt_keep(const char *path) {
	AUTO_FREE char *kept = bg_asprintf("%.*s.txt", (int) (strlen(path) - strlen(".part")), path);
	(void) rename(path, kept);   /* under the other name it proves as much */
}

void receipt_drop(const char *path) {
	(void) unlink(path);         /* a receipt for the time being that stays behind says nothing */
}
