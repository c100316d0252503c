/* krl.c: every section becomes rows of one list; asking goes through the list. Unknown sections are errors. */
#include "core/signoff/krl.h"

#include <openssl/evp.h>

#include "core/base/alloc.h"
#include "core/signoff/certificate.h"
#include "core/signoff/wire.h"

#define MAGIC "SSHKRL\n"             /* and its NUL: 8 bytes */
enum { KRL_VERSION = 1, KRL_ROWS_MAX = 200000 };
enum { SECTION_CERTIFICATES = 1, SECTION_KEYS = 2, SECTION_SHA1 = 3, SECTION_SIGNATURE = 4, SECTION_SHA256 = 5 };
enum { SERIAL_LIST = 0x20, SERIAL_RANGE = 0x21, SERIAL_BITMAP = 0x22, KEY_ID = 0x23 };

typedef enum RowKind { ROW_KEY, ROW_SHA1, ROW_SHA256, ROW_SERIALS, ROW_BITMAP, ROW_KEY_ID } RowKind;

typedef struct Row {
	RowKind kind;
	Str bytes;                   /* blob, fingerprint, bitmap or key id */
	Str authority;               /* of rows about certificates: its blob; empty = any */
	uint64_t from, to;           /* serials; the bitmap begins at `from` */
} Row;

struct Krl {
	char *bytes;                 /* owned: the rows point into it */
	Row *rows;
	size_t count, capacity;
};

static bool fail_form(Error *err)
{
	error_set(err, ERROR_INVALID, "the KRL is not well formed");
	return error_hint(err, "make it anew: ssh-keygen -k -f FILE KEYS; ssh-keygen -Q -l -f FILE shows what it holds");
}

static bool add(Krl *krl, Row row)
{
	if (krl->count == KRL_ROWS_MAX)
		return false;
	if (krl->count == krl->capacity) {
		krl->capacity = krl->capacity ? krl->capacity * 2 : 16;
		krl->rows = bg_reallocarray(krl->rows, krl->capacity, sizeof *krl->rows);
	}
	krl->rows[krl->count++] = row;
	return true;
}

static bool read_strings(Krl *krl, Str section, Row row)
{
	for (WireReader reader = wire_reader(section); reader.rest.len;) {
		row.bytes = wire_string(&reader);
		if (reader.failed || !add(krl, row))
			return false;
	}
	return true;
}

static bool read_serials(Krl *krl, Str section, Row row)
{
	for (WireReader reader = wire_reader(section); reader.rest.len;) {
		row.from = row.to = wire_u64(&reader);
		if (reader.failed || !add(krl, row))
			return false;
	}
	return true;
}

static bool read_range(Krl *krl, Str section, Row row)
{
	WireReader reader = wire_reader(section);
	row.from = wire_u64(&reader);
	row.to = wire_u64(&reader);
	return wire_done(&reader) && add(krl, row);
}

static bool read_bitmap(Krl *krl, Str section, Row row)
{
	WireReader reader = wire_reader(section);
	row.kind = ROW_BITMAP;
	row.from = wire_u64(&reader);
	row.bytes = wire_mpint(&reader, section.len);
	return wire_done(&reader) && add(krl, row);
}

static bool read_certificates(Krl *krl, Str section)
{
	WireReader reader = wire_reader(section);
	Row row = { .kind = ROW_SERIALS, .authority = wire_string(&reader) };
	wire_string(&reader);                                        /* reserved */
	while (!reader.failed && reader.rest.len) {
		uint8_t kind = wire_byte(&reader);
		Str data = wire_string(&reader);
		Row id = { .kind = ROW_KEY_ID, .authority = row.authority };
		bool ok = !reader.failed && (kind == SERIAL_LIST ? read_serials(krl, data, row)
			: kind == SERIAL_RANGE ? read_range(krl, data, row)
			: kind == SERIAL_BITMAP ? read_bitmap(krl, data, row)
			: kind == KEY_ID && read_strings(krl, data, id));
		if (!ok)
			return false;
	}
	return !reader.failed;
}

static bool read_section(Krl *krl, uint8_t kind, Str data, Error *err)
{
	bool ok = false;
	switch (kind) {
	case SECTION_CERTIFICATES:
		ok = read_certificates(krl, data);
		break;
	case SECTION_KEYS:
		ok = read_strings(krl, data, (Row){ .kind = ROW_KEY });
		break;
	case SECTION_SHA1:
		ok = read_strings(krl, data, (Row){ .kind = ROW_SHA1 });
		break;
	case SECTION_SHA256:
		ok = read_strings(krl, data, (Row){ .kind = ROW_SHA256 });
		break;
	case SECTION_SIGNATURE:
		error_set(err, ERROR_INVALID, "the KRL is signed, and nobody says whose signature counts");
		return error_hint(err, "use an unsigned KRL whose file only you can write");
	}
	return ok ? true : fail_form(err);
}

bool krl_is(Str bytes)
{
	return bytes.len >= sizeof MAGIC && memcmp(bytes.ptr, MAGIC, sizeof MAGIC) == 0;
}

bool krl_parse(Str bytes, Krl **ret_krl, Error *err)
{
	AUTO(Krl) *krl = bg_calloc(1, sizeof *krl);
	krl->bytes = bg_memdup(bytes.ptr, bytes.len);
	WireReader reader = wire_reader((Str){ krl->bytes, bytes.len });
	wire_take(&reader, sizeof MAGIC);
	uint32_t version = wire_u32(&reader);
	wire_u64(&reader);                                           /* of the list */
	wire_u64(&reader);                                           /* when it was made */
	wire_u64(&reader);                                           /* flags: none are defined */
	wire_string(&reader);                                        /* reserved */
	wire_string(&reader);                                        /* comment */
	if (reader.failed || !krl_is(bytes))
		return fail_form(err);
	if (version != KRL_VERSION)
		return error_set(err, ERROR_INVALID, "the KRL's format is not version 1");
	while (reader.rest.len) {
		uint8_t kind = wire_byte(&reader);
		Str data = wire_string(&reader);
		if (reader.failed)
			return fail_form(err);
		if (!read_section(krl, kind, data, err))
			return false;
	}
	*ret_krl = TAKE(krl);
	return true;
}

static bool is_digest_of(const char *algorithm, Str blob, Str digest)
{
	unsigned char own[EVP_MAX_MD_SIZE];
	size_t len = 0;
	return EVP_Q_digest(NULL, algorithm, NULL, blob.ptr, blob.len, own, &len) == 1 && str_eq((Str){ (const char *) own, len }, digest);
}

static bool bit_is_set(Str bits, uint64_t index)
{
	if (index / 8 >= bits.len)
		return false;
	return (unsigned char) bits.ptr[bits.len - 1 - index / 8] >> (index % 8) & 1;
}

/* A certificate without a serial number has 0, which no list can mean. */
static bool row_has_serial(const Row *row, uint64_t serial)
{
	if (!serial || serial < row->from)
		return false;
	return row->kind == ROW_BITMAP ? bit_is_set(row->bytes, serial - row->from) : serial <= row->to;
}

static bool row_has(const Row *row, const PublicKey *key)
{
	Str plain = public_key_plain_blob(key);
	const Certificate *certificate = key->certificate;
	bool about = certificate && (!row->authority.len || str_eq(row->authority, public_key_blob(&certificate->authority)));
	switch (row->kind) {
	case ROW_KEY:
		return str_eq(row->bytes, plain);
	case ROW_SHA1:
		return is_digest_of("SHA1", plain, row->bytes);
	case ROW_SHA256:
		return is_digest_of("SHA256", plain, row->bytes);
	case ROW_SERIALS:
	case ROW_BITMAP:
		return about && row_has_serial(row, certificate->serial);
	case ROW_KEY_ID:
		return about && str_eq_c(row->bytes, certificate->key_id);
	}
	return false;
}

bool krl_has(const Krl *krl, const PublicKey *key)
{
	for (size_t i = 0; i < krl->count; i++)
		if (row_has(&krl->rows[i], key))
			return true;
	return key->certificate && krl_has(krl, &key->certificate->authority);
}

Krl *krl_free(Krl *krl)
{
	if (!krl)
		return NULL;
	free(krl->rows);
	free(krl->bytes);
	free(krl);
	return NULL;
}
