/* receipt.c: see receipt.h. */
#include "core/engine/receipt.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/moment.h"
#include "core/engine/paths.h"

bool receipt_prepare(IncidentFile *file, const char *gate, const char *person, const char *statement, const char *signature,
	char **ret_name, Error *err) {
	char time[WALL_TEXT_SIZE];
	AUTO_FREE char *safe_person = path_safe_name(person);
	AUTO_FREE char *safe_gate = path_safe_name(gate);
	AUTO_FREE char *name = bg_asprintf("receipts/%s-%s-%s.part", wall_format_iso(wall_now(), time), safe_gate, safe_person);
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, statement);
	buf_puts(&text, signature);
	if (!incident_file_keep(file, name, buf_str(&text), err)) {
		error_hint(err, "make room or mend the folder, then sign again");
		return error_what(err, "keep the receipt of the signature");
	}
	*ret_name = TAKE(name);
	return true;
}

void receipt_keep(IncidentFile *file, const char *name) {
	AUTO_FREE char *kept = bg_asprintf("%.*s.txt", (int) (strlen(name) - strlen(".part")), name);
	incident_file_settle_name(file, name, kept);
}

void receipt_drop(IncidentFile *file, const char *name) { incident_file_drop(file, name); }
