/* What a name server answers is read, whatever it is. The first line is the name that was asked for and the number of the type; the rest is the message, whose
 * id is taken as ours. What is kept is bounded and harmless; an answer that is cut off is not half believed. */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/transport/dns/dns.h"
#include "fuzz.h"

static void check_answer(const DnsAnswer *answer) {
	BG_ASSERT(answer->count <= DNS_RECORDS_MAX && answer->code >= 0 && answer->code <= 15);
	BG_ASSERT(!answer->truncated || answer->count == 0);
	for (size_t i = 0; i < answer->count; i++) {
		const DnsRecord *record = &answer->records[i];
		fuzz_harmless(str_from(record->name), SANITISE_LINE);
		fuzz_harmless(str_from(record->value), SANITISE_LINE);
		BG_ASSERT(*record->name);
		BG_ASSERT(record->type == DNS_SOA || *record->value);
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str rest = { size ? (const char *) data : "", size };
	AUTO_CLEAR(StrList) words = { 0 };
	AUTO_CLEAR(DnsAnswer) answer = { 0 };
	int64_t type = DNS_AAAA;
	bool other = false;
	Error err = { 0 };
	strlist_split(&words, fuzz_line(&rest), ' ');
	if (!words.count || (words.count > 1 && !str_parse_int(str_from(words.items[1]), &type)))
		return 0;
	const unsigned char *bytes = (const unsigned char *) rest.ptr;
	uint16_t id = rest.len > 1 ? (uint16_t) (bytes[0] * 256u + bytes[1]) : 0;
	if (dns_name_check(words.items[0], &err)) {
		unsigned char query[DNS_QUERY_MAX];
		BG_ASSERT(dns_query_write(id, words.items[0], (DnsType) (type & 0xff), true, query) > 12);
	}
	error_clear(&err);
	if (dns_answer_parse(bytes, rest.len, id, words.items[0], (DnsType) (type & 0xff), &answer, &other, &err)) {
		BG_ASSERT(!other);
		check_answer(&answer);
	} else {
		fuzz_refused(&err);
	}
	DnsServer server;
	error_clear(&err);
	if (dns_server_parse(rest, &server, &err))
		BG_ASSERT(server.port > 0 && server.port < 65536 && *server.address);
	else
		fuzz_refused(&err);
	return 0;
}
