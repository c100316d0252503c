/* wire.c: bounds are checked once, in take(): a length from outside never moves past the bytes that are there. */
#include "core/signoff/wire.h"

WireReader wire_reader(Str bytes)
{
	return (WireReader){ .rest = bytes };
}

Str wire_take(WireReader *reader, size_t len)
{
	if (reader->failed || len > reader->rest.len) {
		reader->failed = true;
		return STR("");
	}
	Str taken = { reader->rest.ptr, len };
	reader->rest = (Str){ reader->rest.ptr + len, reader->rest.len - len };
	return taken;
}

static uint8_t byte_at(Str bytes, size_t i)
{
	return (uint8_t) bytes.ptr[i];
}

uint8_t wire_byte(WireReader *reader)
{
	Str bytes = wire_take(reader, 1);
	return bytes.len ? byte_at(bytes, 0) : 0;
}

uint32_t wire_u32(WireReader *reader)
{
	Str bytes = wire_take(reader, 4);
	if (!bytes.len)
		return 0;
	return (uint32_t) byte_at(bytes, 0) << 24 | (uint32_t) byte_at(bytes, 1) << 16 | (uint32_t) byte_at(bytes, 2) << 8
		| byte_at(bytes, 3);
}

uint64_t wire_u64(WireReader *reader)
{
	uint64_t high = wire_u32(reader), low = wire_u32(reader);
	return reader->failed ? 0 : high << 32 | low;
}

Str wire_string(WireReader *reader)
{
	uint32_t len = wire_u32(reader);
	return wire_take(reader, len);
}

bool wire_done(const WireReader *reader)
{
	return !reader->failed && !reader->rest.len;
}

Str wire_mpint(WireReader *reader, size_t max)
{
	Str bytes = wire_string(reader);
	bool negative = bytes.len && byte_at(bytes, 0) & 0x80;
	if (negative || bytes.len > max + 1 || (bytes.len == max + 1 && byte_at(bytes, 0)))
		reader->failed = true;
	if (reader->failed)
		return STR("");
	while (bytes.len && !byte_at(bytes, 0))
		bytes = (Str){ bytes.ptr + 1, bytes.len - 1 };
	return bytes;
}

void wire_put_byte(Buf *out, uint8_t value)
{
	buf_append(out, &value, 1);
}

void wire_put_u32(Buf *out, uint32_t value)
{
	const unsigned char bytes[4] = { (unsigned char) (value >> 24), (unsigned char) (value >> 16), (unsigned char) (value >> 8),
		(unsigned char) value };
	buf_append(out, bytes, sizeof bytes);
}

void wire_put_string(Buf *out, Str text)
{
	wire_put_u32(out, (uint32_t) text.len);
	buf_append(out, text.ptr, text.len);
}

void wire_put_mpint(Buf *out, Str magnitude)
{
	while (magnitude.len && !byte_at(magnitude, 0))
		magnitude = (Str){ magnitude.ptr + 1, magnitude.len - 1 };
	bool pad = magnitude.len && byte_at(magnitude, 0) & 0x80;
	wire_put_u32(out, (uint32_t) (magnitude.len + pad));
	if (pad)
		wire_put_byte(out, 0);
	buf_append(out, magnitude.ptr, magnitude.len);
}
