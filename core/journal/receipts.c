/* receipts.c: see receipts.h. A receipt whose sign-off is not in the record is the mark of a record that was cut; a sign-off
 * without its receipt is the mark of one that was put in. */
#include "core/journal/receipts.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"

#define RECEIPT_MAX_BYTES (512 * 1024)
#define ARMOUR "-----BEGIN SSH"

void receipts_digests(const char *folder, StrList *ret_digests)
{
	AUTO_FREE char *receipts = path_join(folder, "receipts");
	AUTO_CLEAR(StrList) names = { 0 };
	if (!file_is_folder(receipts) || !file_list_folder(receipts, &names, NULL))
		return;   /* what is missing shows when a sign-off asks for it */
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(receipts, names.items[i]);
		char digest[SHA256_HEX_SIZE];
		unsigned long long size;
		if (!file_is_folder(path) && sha256_file_hex(path, digest, &size, NULL))
			strlist_add(ret_digests, digest);
	}
}

void receipt_digest(const char *statement, const char *signature, char ret[static 65])
{
	AUTO_CLEAR(Buf) whole = { 0 };
	buf_puts(&whole, statement);
	buf_puts(&whole, signature);
	sha256_hex(whole.data, whole.len, ret);
}

static bool has_armour(Str text)
{
	Str line;
	while (str_next_line(&text, &line)) {
		if (str_starts(line, ARMOUR))
			return true;
	}
	return false;
}

static void receipt_read(const ReceiptsReading *reading, const char *path, const char *where)
{
	AUTO_CLEAR(Buf) text = { 0 };
	StrList *problems = &reading->report->problems;
	char digest[SHA256_HEX_SIZE];
	Error cause;
	if (!file_read(path, RECEIPT_MAX_BYTES, &text, &cause)) {
		strlist_add_take(problems, bg_asprintf("%s: cannot be read: %s", where, cause.why));
		return;
	}
	sha256_hex(text.data, text.len, digest);
	if (has_armour(buf_str(&text)) && !strlist_has(reading->given, digest))
		strlist_add_take(problems, bg_asprintf("%s: its sign-off is not in the record", where));
	if (!anchors_add(reading->anchors, buf_str(&text), reading->incident, where))
		strlist_add_take(problems, bg_asprintf("%s: names no record of this incident that was seen", where));
}

void receipts_read_own(const ReceiptsReading *reading, const char *folder)
{
	AUTO_FREE char *receipts = path_join(folder, "receipts");
	AUTO_CLEAR(StrList) names = { 0 };
	if (!file_is_folder(receipts) || !file_list_folder(receipts, &names, NULL))
		return;
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(receipts, names.items[i]);
		AUTO_FREE char *where = bg_asprintf("receipts/%s", names.items[i]);
		if (str_ends(str_from(where), ".txt"))
			receipt_read(reading, path, where);
	}
}

void receipts_read_kept(const ReceiptsReading *reading, const char *folder)
{
	AUTO_CLEAR(StrList) names = { 0 };
	Error cause;
	if (!file_list_folder(folder, &names, &cause))
		strlist_add_take(&reading->report->problems, bg_asprintf("%s: cannot be read: %s", folder, cause.why));
	else if (!names.count)
		strlist_add_take(&reading->report->problems, bg_asprintf("%s: no checkpoint and no receipt", folder));
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(folder, names.items[i]);
		AUTO_FREE char *where = bg_asprintf("%s/%s", path_base(folder), names.items[i]);
		receipt_read(reading, path, where);
	}
}
