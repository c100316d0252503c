/* What comes instead of SFTP: cut into packets, read to the last name, and nothing is looked at that is not there. */
#include "core/base/alloc.h"
#include "core/transport/ssh/sftp_wire.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_inside(Str packet, Str part) {
	BG_ASSERT(!part.len || (part.ptr >= packet.ptr && part.ptr + part.len <= packet.ptr + packet.len));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
	Str rest = {(const char *) data, size};
	size_t packet_size = 0;
	while (sftp_packet_size(rest, &packet_size) && packet_size) {
		Str packet = str_slice(rest, 0, packet_size);
		SftpReply reply;
		BG_ASSERT(packet_size <= rest.len && packet_size <= SFTP_PACKET_MAX + 4);
		rest = str_slice(rest, packet_size, rest.len - packet_size);
		if (!sftp_reply_parse(packet, &reply))
			continue;
		check_inside(packet, reply.bytes);
		BG_ASSERT(reply.type != SFTP_HANDLE || (reply.bytes.len && reply.bytes.len <= SFTP_HANDLE_MAX));
		BG_ASSERT(!sftp_reply_has_extension(&reply, SFTP_LIMITS) || reply.bytes.len > strlen(SFTP_LIMITS));
		BG_ASSERT(reply.bytes.len >= 16 || !sftp_reply_read_limit(&reply));
		SftpAttributes attributes;
		Str name;
		for (uint32_t i = 0; i < reply.names && sftp_reply_name(&reply, &name, &attributes); i++)
			check_inside(packet, name);
	}
	return 0;
}
