/* test_record.c: one line of the journal has exactly one form. */
#include "core/base/digest.h"
#include "chronicle.h"

#define HEAD "{\"seq\":7,\"time\":\"2026-11-21T03:04:05.678Z\",\"mono\":4711," \
	"\"actor\":{\"who\":\"ann\",\"how\":\"uid\"}"
#define TYPE ",\"type\":\"note.added\""
#define DATA ",\"data\":{\"text\":\"a\"}"
#define PREV ",\"prev\":\"" JOURNAL_GENESIS "\"}"
#define GOOD HEAD TYPE DATA PREV

Test(record, a_line_is_read_and_written_back_byte_for_byte)
{
	static const char *const lines[] = {
		GOOD,
		"{\"seq\":1,\"time\":\"-\",\"mono\":0,\"actor\":{\"who\":\"\xc3\xa4 \\\"b\\\"\",\"how\":\"key\"}" TYPE DATA PREV,
		"{\"seq\":1,\"time\":\"1969-01-01T00:00:00.001Z\",\"mono\":-5,\"actor\":{\"who\":\"\",\"how\":\"\"}" TYPE ",\"data\":{}" PREV,
		HEAD TYPE ",\"data\":{\"a\":[1,2.5,null,true],\"b\":{\"prev\":\"x\"}}" PREV,
	};
	for (size_t i = 0; i < BG_LENGTH(lines); i++) {
		AUTO_CLEAR(Record) record = { 0 };
		AUTO_CLEAR(Buf) out = { 0 };
		char hash[65];
		Error err;
		assert_ok(record_parse(str_from(lines[i]), &record, &err), &err);
		record_write(&record, &out);
		assert_text("line", buf_text(&out), lines[i]);
		sha256_hex(lines[i], strlen(lines[i]), hash);
		assert_text("hash", record.hash, hash);
	}
}

Test(record, its_fields_are_taken_apart)
{
	AUTO_CLEAR(Record) record = { 0 };
	Error err;
	assert_ok(record_parse(STR(GOOD), &record, &err), &err);
	cr_assert_eq(record.seq, 7);
	cr_assert_eq(record.time.ms, INT64_C(1795230245678));
	cr_assert_eq(record.mono_ms, 4711);
	assert_text("who", record.who, "ann");
	assert_text("how", record.how, "uid");
	assert_text("type", record.type, "note.added");
	assert_text("data", json_get_string(record.data, "text"), "a");
	assert_text("prev", record.prev, JOURNAL_GENESIS);
}

static const struct { const char *name, *line, *why; } refused[] = {
	{ "empty", "", "does not end in" },
	{ "not json", "hello", "does not end in" },
	{ "no prev", HEAD TYPE DATA "}", "does not end in" },
	{ "upper case digest",
	HEAD TYPE DATA ",\"prev\":\"A000000000000000000000000000000000000000000000000000000000000000\"}",
		"does not end in" },
	{ "blank", "{ \"seq\":7" TYPE DATA PREV, "unexpected at byte 1" },
	{ "seq zero", "{\"seq\":0,\"time\":\"-\",\"mono\":0" DATA PREV, "unexpected" },
	{ "seq padded", "{\"seq\":01,\"time\":\"-\",\"mono\":0" DATA PREV, "unexpected at byte 8" },
	{ "seq huge", "{\"seq\":99999999999999999,\"time\":\"-\"" DATA PREV, "unexpected at byte 8" },
	{ "seq fraction", "{\"seq\":1.5,\"time\":\"-\"" DATA PREV, "unexpected at byte 9" },
	{ "time without ms", "{\"seq\":1,\"time\":\"2026-11-21T03:04:05Z\",\"mono\":0" DATA PREV, "unexpected at byte 17" },
	{ "time in a zone", "{\"seq\":1,\"time\":\"2026-11-21T03:04:05.678+01:00\",\"mono\":0" DATA PREV,
	"unexpected at byte 17" },
	{ "no actor", "{\"seq\":1,\"time\":\"-\",\"mono\":0" TYPE DATA PREV, "unexpected" },
	{ "order", "{\"seq\":1,\"mono\":0,\"time\":\"-\"" DATA PREV, "unexpected" },
	{ "type with blanks", HEAD ",\"type\":\"a b\"" DATA PREV, "unexpected" },
	{ "type empty", HEAD ",\"type\":\"\"" DATA PREV, "unexpected" },
	{ "data missing", HEAD TYPE PREV, "unexpected" },
	{ "data a list", HEAD TYPE ",\"data\":[]" PREV, "data is not an object" },
	{ "data cut", HEAD TYPE ",\"data\":{\"a\":" PREV, "not valid JSON" },
	{ "two keys", HEAD TYPE ",\"data\":{\"a\":1,\"a\":2}" PREV, "twice" },
	{ "more fields", HEAD TYPE ",\"data\":{},\"more\":1" PREV, "not valid JSON" },
	{ "bad utf-8", "{\"seq\":1,\"time\":\"-\",\"mono\":0,\"actor\":{\"who\":\"\xff\",\"how\":\"\"}" TYPE DATA PREV,
	"unexpected" },
	{ "control byte", "{\"seq\":1,\"time\":\"-\",\"mono\":0,\"actor\":{\"who\":\"\x01\",\"how\":\"\"}" TYPE DATA PREV,
	"unexpected" },
};

Test(record, anything_else_is_refused_with_the_place)
{
	for (size_t i = 0; i < BG_LENGTH(refused); i++) {
		Record record;
		Error err;
		cr_assert_not(record_parse(str_from(refused[i].line), &record, &err), "%s was accepted", refused[i].name);
		cr_assert(strstr(err.why, refused[i].why), "%s: %s", refused[i].name, err.why);
	}
}

Test(record, a_line_over_the_limit_is_refused)
{
	AUTO_CLEAR(Buf) line = { 0 };
	Record record;
	Error err;
	buf_puts(&line, HEAD TYPE ",\"data\":{\"text\":\"");
	while (line.len < JOURNAL_LINE_MAX)
		buf_puts(&line, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	buf_puts(&line, "\"}" PREV);
	assert_refused(record_parse(buf_str(&line), &record, &err), &err, ERROR_INVALID, "longer than");
}

Test(record, every_cut_and_every_changed_byte_is_taken_without_harm)
{
	char line[sizeof GOOD];
	for (size_t i = 0; i < sizeof GOOD - 1; i++) {
		Record record;
		cr_assert_not(record_parse((Str) { GOOD, i }, &record, NULL));
		for (int bit = 0; bit < 8; bit++) {
			memcpy(line, GOOD, sizeof GOOD);
			line[i] = (char) (line[i] ^ (1 << bit));
			if (record_parse((Str) { line, sizeof GOOD - 1 }, &record, NULL))
				record_clear(&record);
		}
	}
}
