/* server.c: where name servers are: as somebody wrote it, and as this machine knows it. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/transport/dns/dns.h"

#define PORT_MAX 65535

static bool is_literal(Str text, DnsServer *ret) {
	unsigned char bytes[16];
	if (!text.len || text.len >= sizeof(ret->address))
		return false;
	snprintf(ret->address, sizeof(ret->address), "%.*s", (int) text.len, text.ptr);
	return inet_pton(AF_INET6, ret->address, bytes) == 1 || inet_pton(AF_INET, ret->address, bytes) == 1;
}

static size_t colons(Str text) {
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == ':';
	return count;
}

/* Cuts "[A]:P" and "A:P" in two; an IPv6 address without brackets has no port. */
static bool cut_port(Str text, Str *ret_address, Str *ret_port) {
	*ret_address = text;
	*ret_port = (Str){"", 0};
	if (str_starts(text, "[")) {
		ptrdiff_t end = str_find(text, "]");
		if (end < 0)
			return false;
		*ret_address = str_slice(text, 1, (size_t) end - 1);
		Str rest = str_slice(text, (size_t) end + 1, text.len);
		*ret_port = str_slice(rest, 1, rest.len);
		return !rest.len || (rest.ptr[0] == ':' && rest.len > 1);
	}
	if (colons(text) != 1)
		return true;
	ptrdiff_t at = str_find(text, ":");
	*ret_address = str_slice(text, 0, (size_t) at);
	*ret_port = str_slice(text, (size_t) at + 1, text.len);
	return ret_port->len > 0;
}

bool dns_server_parse(Str text, DnsServer *ret, Error *err) {
	DnsServer server = {.port = DNS_PORT};
	Str address, port;
	int64_t number = DNS_PORT;
	bool fits = cut_port(str_trim(text), &address, &port) && is_literal(address, &server)
		&& (!port.len || (str_parse_int(port, &number) && number > 0 && number <= PORT_MAX));
	if (!fits) {
		error_set(err, ERROR_INVALID, "\"%.*s\" is no address of a name server", (int) (text.len < 60 ? text.len : 60), text.ptr);
		return error_hint(err, "write a literal address, with a port where it is not 53: 192.0.2.1:5353, [400::1]:5353");
	}
	server.port = (int) number;
	*ret = server;
	return true;
}

char *dns_server_text(const DnsServer *server) {
	bool six = strchr(server->address, ':') != NULL;
	if (server->port == DNS_PORT)
		return bg_strdup(server->address);
	return bg_asprintf(six ? "[%s]:%d" : "%s:%d", server->address, server->port);
}

size_t dns_resolvers(DnsServer *ret, size_t max) {
	struct __res_state state = {0};
	size_t count = 0;
	if (res_ninit(&state) != 0)
		return 0;
	for (int i = 0; i < state.nscount && i < MAXNS && count < max; i++) {
		const struct sockaddr_in6 *six = state._u._ext.nsaddrs[i];
		const struct sockaddr_in *four = &state.nsaddr_list[i];
		DnsServer server = {.port = DNS_PORT};
		if (six && six->sin6_family == AF_INET6 && inet_ntop(AF_INET6, &six->sin6_addr, server.address, sizeof(server.address)))
			ret[count++] = server;
		else if (four->sin_family == AF_INET && inet_ntop(AF_INET, &four->sin_addr, server.address, sizeof(server.address)))
			ret[count++] = server;
	}
	res_nclose(&state);
	return count;
}
