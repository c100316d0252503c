/* sftp_wire.c: see sftp_wire.h. */
#include "core/transport/ssh/sftp_wire.h"

#include "core/base/alloc.h"

#define LENGTH_BYTES 4
#define OPEN_READ 1u

enum { ATTR_SIZE = 1u, ATTR_OWNER = 2u, ATTR_MODE = 4u, ATTR_TIME = 8u, ATTR_EXTENDED = 0x80000000u };

/* ---- asking ---- */

static void put_u64(Buf *out, uint64_t value) {
	wire_put_u32(out, (uint32_t) (value >> 32));
	wire_put_u32(out, (uint32_t) value);
}

/* `extra` bytes follow type and id. */
static void put_head(Buf *out, SftpType type, uint32_t id, size_t extra) {
	wire_put_u32(out, (uint32_t) (1 + 4 + extra));
	wire_put_byte(out, (uint8_t) type);
	wire_put_u32(out, id);
}

void sftp_put_init(Buf *out) { put_head(out, SFTP_INIT, SFTP_VERSION, 0); }

void sftp_put_open(Buf *out, uint32_t id, const char *path) {
	put_head(out, SFTP_OPEN, id, LENGTH_BYTES + strlen(path) + 4 + 4);
	wire_put_string(out, str_from(path));
	wire_put_u32(out, OPEN_READ);
	wire_put_u32(out, 0);   /* no attributes */
}

void sftp_put_open_folder(Buf *out, uint32_t id, const char *path) {
	put_head(out, SFTP_OPENDIR, id, LENGTH_BYTES + strlen(path));
	wire_put_string(out, str_from(path));
}

void sftp_put_handle(Buf *out, SftpType type, uint32_t id, Str handle) {
	put_head(out, type, id, LENGTH_BYTES + handle.len);
	wire_put_string(out, handle);
}

void sftp_put_read(Buf *out, uint32_t id, Str handle, uint64_t offset, uint32_t len) {
	put_head(out, SFTP_READ, id, LENGTH_BYTES + handle.len + 8 + 4);
	wire_put_string(out, handle);
	put_u64(out, offset);
	wire_put_u32(out, len);
}

void sftp_put_limits(Buf *out, uint32_t id) {
	put_head(out, SFTP_EXTENDED, id, LENGTH_BYTES + strlen(SFTP_LIMITS));
	wire_put_string(out, str_from(SFTP_LIMITS));
}

/* ---- answers ---- */

bool sftp_packet_size(Str bytes, size_t *ret_size) {
	*ret_size = 0;
	if (bytes.len < LENGTH_BYTES)
		return true;
	WireReader reader = wire_reader(bytes);
	uint32_t len = wire_u32(&reader);
	if (!len || len > SFTP_PACKET_MAX)
		return false;
	if (bytes.len - LENGTH_BYTES >= len)
		*ret_size = LENGTH_BYTES + len;
	return true;
}

bool sftp_reply_parse(Str packet, SftpReply *ret) {
	WireReader reader = wire_reader(packet);
	wire_u32(&reader);
	*ret = (SftpReply){.type = wire_byte(&reader), .id = wire_u32(&reader)};
	switch (ret->type) {
	case SFTP_VERSION_IS: case SFTP_EXTENDED_REPLY:
		ret->bytes = reader.rest;
		return !reader.failed;
	case SFTP_STATUS:
		ret->status = wire_u32(&reader);
		if (!reader.failed && reader.rest.len)   /* servers older than version 3 say no words */
			ret->bytes = wire_string(&reader);
		return !reader.failed;
	case SFTP_HANDLE:
		ret->bytes = wire_string(&reader);
		return wire_done(&reader) && ret->bytes.len && ret->bytes.len <= SFTP_HANDLE_MAX;
	case SFTP_DATA:
		ret->bytes = wire_string(&reader);
		return wire_done(&reader);
	case SFTP_NAME:
		ret->names = wire_u32(&reader);
		ret->rest = reader;
		return !reader.failed && ret->names <= reader.rest.len / 12;   /* a name has two lengths and flags at least */
	default:
		return false;
	}
}

bool sftp_reply_has_extension(const SftpReply *reply, const char *name) {
	WireReader reader = wire_reader(reply->bytes);
	bool has = false;
	while (!has && !reader.failed && reader.rest.len) {
		has = str_eq_c(wire_string(&reader), name);
		wire_string(&reader);   /* its version */
	}
	return has && !reader.failed;
}

/* The packet, the bytes read, the bytes written, the open handles: 0 each for what has no limit. */
uint64_t sftp_reply_read_limit(const SftpReply *reply) {
	WireReader reader = wire_reader(reply->bytes);
	wire_u64(&reader);
	uint64_t limit = wire_u64(&reader);
	return reader.failed ? 0 : limit;
}

bool sftp_reply_name(SftpReply *reply, Str *ret_name, SftpAttributes *ret) {
	WireReader *reader = &reply->rest;
	*ret_name = wire_string(reader);
	wire_string(reader);   /* a line as of ls -l, for people */
	uint32_t flags = wire_u32(reader);
	*ret = (SftpAttributes){.has_size = flags & ATTR_SIZE, .has_mode = flags & ATTR_MODE, .has_time = flags & ATTR_TIME};
	if (flags & ATTR_SIZE)
		ret->size = wire_u64(reader);
	if (flags & ATTR_OWNER)
		wire_take(reader, 8);
	if (flags & ATTR_MODE)
		ret->mode = wire_u32(reader);
	if (flags & ATTR_TIME) {
		wire_u32(reader);
		ret->time = wire_u32(reader);
	}
	for (uint32_t left = flags & ATTR_EXTENDED ? wire_u32(reader) : 0; left && !reader->failed; left--) {
		wire_string(reader);
		wire_string(reader);
	}
	return !reader->failed;
}
