/* sim_archive.c: see sim_archive.h. */
#include "core/sandbox/sim_archive.h"
#include <stdio.h>
#include "core/base/alloc.h"

#define BLOCK 512
#define STORED_MAX 65535

/* ---- tar ---- */

static void put_field(char *header, size_t at, size_t size, const char *text) { memcpy(header + at, text, strlen(text) < size ? strlen(text) : size); }

static void put_octal(char *header, size_t at, size_t size, unsigned long long value) {
	char text[32];
	snprintf(text, sizeof(text), "%0*llo", (int) size - 1, value);
	put_field(header, at, size, text);
}

void sim_archive_add(SimArchive *archive, const char *name, Str bytes) {
	char header[BLOCK] = {0};
	static const char blank[BLOCK] = {0};
	unsigned sum = 0;
	BG_ASSERT(strlen(name) < 100);
	put_field(header, 0, 100, name);
	put_octal(header, 100, 8, 0644);
	put_octal(header, 108, 8, 0);
	put_octal(header, 116, 8, 0);
	put_octal(header, 124, 12, bytes.len);
	put_octal(header, 136, 12, (unsigned long long) (archive->time.ms / 1000));
	put_field(header, 148, 8, "        ");
	header[156] = '0';
	put_field(header, 257, 6, "ustar");
	put_field(header, 263, 2, "00");
	put_field(header, 265, 32, "openedx");
	put_field(header, 297, 32, "openedx");
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char) header[i];
	snprintf(header + 148, 8, "%06o", sum);
	header[155] = ' ';
	buf_append(&archive->tar, header, BLOCK);
	buf_put_str(&archive->tar, bytes);
	buf_append(&archive->tar, blank, (BLOCK - bytes.len % BLOCK) % BLOCK);
}

/* ---- gzip ---- */

static unsigned crc32_of(const Buf *bytes) {
	unsigned crc = 0xffffffffu;
	for (size_t i = 0; i < bytes->len; i++) {
		crc ^= (unsigned char) bytes->data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
	}
	return ~crc;
}

static void put_little(Buf *out, unsigned value, int bytes) {
	for (int i = 0; i < bytes; i++)
		buf_putc(out, (char) (value >> 8 * i & 0xff));
}

void sim_archive_end(SimArchive *archive, Buf *out) {
	static const char blank[2 * BLOCK] = {0}, head[] = { 0x1f, (char) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
	Buf *tar = &archive->tar;
	buf_append(tar, blank, sizeof(blank));
	buf_append(out, head, sizeof(head));
	for (size_t at = 0; at < tar->len; at += STORED_MAX) {
		unsigned len = (unsigned) (tar->len - at < STORED_MAX ? tar->len - at : STORED_MAX);
		buf_putc(out, at + len == tar->len);
		put_little(out, len, 2);
		put_little(out, ~len & 0xffff, 2);
		buf_append(out, tar->data + at, len);
	}
	put_little(out, crc32_of(tar), 4);
	put_little(out, (unsigned) tar->len, 4);
	buf_clear(tar);
}
