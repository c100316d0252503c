/* checkpoint.c: origin, size and head as a small note that can stand anywhere: in a signature, a chat message, a file
 * elsewhere. */
#include <string.h>

#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/journal/journal.h"

#define CHECKPOINT_START "breakglass "
#define CHECKPOINT_ORIGIN_MAX 400

static bool has_control_byte(Str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char) text.ptr[i] < 0x20 || text.ptr[i] == 0x7F)
			return true;
	}
	return false;
}

void checkpoint_write(const char *incident, int64_t seq, const char *head, Buf *out)
{
	buf_printf(out, CHECKPOINT_START "%s\n%lld\n%s\n", incident, (long long) seq, head);
}

bool checkpoint_parse(Str text, char **ret_incident, int64_t *ret_seq, char ret_head[static 65], Error *err)
{
	Str origin, number, head, extra;
	unsigned char digest[SHA256_BYTES];
	size_t digest_len;
	int64_t seq;
	if (!str_next_line(&text, &origin) || !str_next_line(&text, &number) || !str_next_line(&text, &head)
		|| (str_next_line(&text, &extra) && extra.len) || !str_starts(origin, CHECKPOINT_START))
		return error_set(err, ERROR_INVALID, "not a checkpoint: it has three lines, the first begins with \"%s\"",
			CHECKPOINT_START);
	Str incident = str_slice(origin, sizeof CHECKPOINT_START - 1, origin.len);
	if (!incident.len || incident.len > CHECKPOINT_ORIGIN_MAX || !utf8_is_valid(incident) || has_control_byte(incident))
		return error_set(err, ERROR_INVALID,
			"not a checkpoint: the incident's name is missing, too long or not plain text");
	if (!str_parse_int(number, &seq) || seq < 0)
		return error_set(err, ERROR_INVALID, "not a checkpoint: the second line is not a record number");
	if (head.len != 64 || !hex_decode(head, digest, sizeof digest, &digest_len))
		return error_set(err, ERROR_INVALID, "not a checkpoint: the third line is not a SHA-256 digest in hex");
	*ret_incident = str_dup(incident);
	*ret_seq = seq;
	hex_encode(digest, sizeof digest, ret_head);
	return true;
}
