/* known_hosts_name.c: names in known_hosts: plain, with wildcards, negated, with a port, hashed (HMAC-SHA1 of the name under a salt). */
#include "core/transport/ssh/known_hosts_name.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/signoff/roster.h"
#include "core/transport/ssh/known_hosts.h"

#define HASH_BYTES 20
#define NAME_MAX_BYTES 1024

static void lower(char *text) {
	for (; *text; text++)
		*text = (char) tolower((unsigned char) *text);
}

char *known_hosts_name(const char *host, int port) {
	struct in6_addr address;
	char usual[INET6_ADDRSTRLEN];
	if (inet_pton(AF_INET6, host, &address) == 1 && inet_ntop(AF_INET6, &address, usual, sizeof(usual)))
		host = usual;
	char *name = port == 22 || port == 0 ? bg_strdup(host) : bg_asprintf("[%s]:%d", host, port);
	lower(name);
	return name;
}

void sought_host_init(SoughtHost *sought, const char *host, int port) {
	*sought = (SoughtHost){.name = known_hosts_name(host, port), .port = port ? port : 22};
	sought->is_ipv6 = inet_pton(AF_INET6, host, &sought->address) == 1;
}

void sought_host_clear(SoughtHost *sought) {
	free(sought->name);
	*sought = (SoughtHost){0};
}

/* One address has many spellings, and a line may have been written by hand: "2001:DB8:0::1" names 2001:db8::1. */
static bool is_same_address(Str pattern, const SoughtHost *sought) {
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;
	int64_t port = 22;
	if (!sought->is_ipv6)
		return false;
	if (str_starts(pattern, "[")) {
		ptrdiff_t end = str_find(pattern, "]:");
		if (end < 0 || !str_parse_int(str_slice(pattern, (size_t) end + 2, pattern.len), &port))
			return false;
		pattern = str_slice(pattern, 1, (size_t) end - 1);
	}
	if (pattern.len >= sizeof(text) || port != sought->port)
		return false;
	memcpy(text, pattern.ptr, pattern.len);
	text[pattern.len] = 0;
	return inet_pton(AF_INET6, text, &address) == 1 && memcmp(&address, &sought->address, sizeof(address)) == 0;
}

static bool hash_of(Str names, unsigned char ret_salt[static HASH_BYTES], unsigned char ret_hash[static HASH_BYTES]) {
	AUTO_CLEAR(Buf) salt = {0};
	AUTO_CLEAR(Buf) hash = {0};
	Str rest = str_slice(names, 3, names.len), part = {0};
	if (!str_starts(names, "|1|") || !str_split(&rest, '|', &part) || !base64_decode(part, &salt) || !rest.ptr
		|| !base64_decode(rest, &hash) || salt.len != HASH_BYTES || hash.len != HASH_BYTES)
		return false;
	memcpy(ret_salt, salt.data, HASH_BYTES);
	memcpy(ret_hash, hash.data, HASH_BYTES);
	return true;
}

static bool hashed_matches(Str names, const SoughtHost *sought) {
	unsigned char salt[HASH_BYTES], hash[HASH_BYTES], mine[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	return hash_of(names, salt, hash)
		&& HMAC(EVP_sha1(), salt, HASH_BYTES, (const unsigned char *) sought->name, strlen(sought->name), mine, &len)
		&& len == HASH_BYTES && memcmp(mine, hash, HASH_BYTES) == 0;
}

bool known_hosts_names_ok(Str names) {
	unsigned char salt[HASH_BYTES], hash[HASH_BYTES];
	return names.len > 0 && (names.ptr[0] != '|' || hash_of(names, salt, hash));
}

/* A negated name that matches refuses the whole line, wherever it stands. */
bool known_hosts_names_match(Str names, const SoughtHost *sought) {
	if (str_starts(names, "|"))
		return hashed_matches(names, sought);
	bool matched = false;
	for (Str rest = names, part; str_split(&rest, ',', &part);) {
		bool negated = str_starts(part, "!");
		if (negated)
			part = str_slice(part, 1, part.len);
		if (!part.len || part.len > NAME_MAX_BYTES)
			continue;
		AUTO_FREE char *pattern = str_dup(part);
		lower(pattern);
		if (!pattern_match(str_from(sought->name), str_from(pattern)) && !is_same_address(part, sought))
			continue;
		if (negated)
			return false;
		matched = true;
	}
	return matched;
}
