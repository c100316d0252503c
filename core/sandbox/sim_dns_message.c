/* sim_dns_message.c: one question and its answer, as RFC 1035 writes them. The question is answered with its own bytes, in whatever case it was asked. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_dns.h"

#define HEADER 12
#define UDP_MAX 512
#define NAME_MAX_BYTES 255
#define LABEL_MAX 63

enum { TYPE_NS = 2, TYPE_SOA = 6, TYPE_AAAA = 28, CLASS_IN = 1 };
enum { CODE_OK = 0, CODE_FORMAT = 1, CODE_NO_NAME = 3, CODE_NOT_PLAYED = 4, CODE_REFUSED = 5 };
enum { FLAG_ANSWER = 0x8000, FLAG_AUTHORITY = 0x0400, FLAG_CUT = 0x0200, FLAG_RECURSE = 0x0100, OPCODE = 0x7800 };

typedef struct Question { char name[NAME_MAX_BYTES + 1]; unsigned type, class; size_t end; } Question;
typedef struct Answer { Buf records; unsigned answers, authorities; } Answer;

static unsigned two(Str message, size_t at) { return (unsigned) (unsigned char) message.ptr[at] << 8 | (unsigned char) message.ptr[at + 1]; }

static void put_two(Buf *out, unsigned value) {
	buf_putc(out, (char) (value >> 8 & 0xff));
	buf_putc(out, (char) (value & 0xff));
}

static void put_four(Buf *out, uint32_t value) {
	put_two(out, value >> 16);
	put_two(out, value & 0xffff);
}

static void put_name(Buf *out, const char *name) {
	Str rest = str_from(name), label;
	while (str_split(&rest, '.', &label)) {
		buf_putc(out, (char) label.len);
		buf_put_str(out, label);
	}
	buf_putc(out, '\0');
}

/* A name as text, in lower case. One that is compressed, or holds a dot or a NUL in a label, is nobody's question. */
static bool take_question(Str message, Question *ret) {
	size_t at = HEADER, len = 0;
	while (at < message.len && message.ptr[at]) {
		size_t label = (unsigned char) message.ptr[at];
		if (label > LABEL_MAX || at + 1 + label >= message.len || len + label + 1 > NAME_MAX_BYTES)
			return false;
		for (size_t i = 0; i < label; i++) {
			char c = message.ptr[at + 1 + i];
			if (c == '.' || !c)
				return false;
			ret->name[len++] = c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
		}
		ret->name[len++] = '.';
		at += label + 1;
	}
	ret->name[len ? len - 1 : 0] = '\0';
	if (at + 5 > message.len)
		return false;
	ret->type = two(message, at + 1);
	ret->class = two(message, at + 3);
	ret->end = at + 5;
	return true;
}

/* ---- records ---- */

static void put_record(Buf *out, const char *name, unsigned type, Str data) {
	if (name)
		put_name(out, name);
	else
		put_two(out, 0xc000 | HEADER);   /* that of the question */
	put_two(out, type);
	put_two(out, CLASS_IN);
	put_four(out, SIM_ZONE_TTL_S);
	put_two(out, (unsigned) data.len);
	buf_put_str(out, data);
}

static void put_soa(const SimZone *zone, Buf *out) {
	static const uint32_t NUMBERS[] = { 1, 3600, 600, 86400, SIM_ZONE_TTL_S };
	AUTO_CLEAR(Buf) data = {0};
	AUTO_FREE char *server = bg_asprintf("ns1.%s", zone->domain);
	AUTO_FREE char *person = bg_asprintf("hostmaster.%s", zone->domain);
	put_name(&data, server);
	put_name(&data, person);
	for (size_t i = 0; i < BG_LENGTH(NUMBERS); i++)
		put_four(&data, NUMBERS[i]);
	put_record(out, zone->domain, TYPE_SOA, buf_str(&data));
}

static void put_servers(const SimZone *zone, Answer *answer) {
	for (unsigned i = 1; i <= SIM_ZONE_SERVERS; i++) {
		AUTO_CLEAR(Buf) data = {0};
		AUTO_FREE char *server = bg_asprintf("ns%u.%s", i, zone->domain);
		put_name(&data, server);
		put_record(&answer->records, NULL, TYPE_NS, buf_str(&data));
		answer->answers++;
	}
}

static void put_addresses(const SimRecordSet *set, Answer *answer) {
	for (size_t i = 0; i < set->addresses.count; i++) {
		struct in6_addr bytes;
		if (inet_pton(AF_INET6, set->addresses.items[i], &bytes) != 1)
			continue;
		put_record(&answer->records, NULL, TYPE_AAAA, (Str) { (const char *) &bytes, sizeof(bytes) });
		answer->answers++;
	}
}

/* ---- the whole ---- */

static unsigned answer_question(const SimZone *zone, size_t server, const Question *question, Answer *answer) {
	const SimRecordSet *set = sim_zone_find(zone, server, question->name);
	bool is_apex = text_eq(question->name, zone->domain);
	if (question->class != CLASS_IN || !sim_zone_holds(zone, question->name))
		return CODE_REFUSED;
	if (question->type == TYPE_AAAA && set)
		put_addresses(set, answer);
	else if (question->type == TYPE_NS && is_apex)
		put_servers(zone, answer);
	if (!answer->answers) {
		put_soa(zone, &answer->records);
		bool asked = question->type == TYPE_SOA && is_apex;
		answer->answers = asked;
		answer->authorities = !asked;
	}
	return set || is_apex ? CODE_OK : CODE_NO_NAME;
}

static void put_header(Str message, unsigned flags, unsigned code, const Answer *answer, bool asks, Buf *out) {
	put_two(out, two(message, 0));
	put_two(out, FLAG_ANSWER | flags | code | (two(message, 2) & (FLAG_RECURSE | OPCODE)));
	put_two(out, asks);
	put_two(out, answer ? answer->answers : 0);
	put_two(out, answer ? answer->authorities : 0);
	put_two(out, 0);
}

bool sim_dns_answer(const SimZone *zone, size_t server, Str message, bool by_udp, Buf *out) {
	Question question;
	Answer answer = {0};
	if (message.len < HEADER || (two(message, 2) & FLAG_ANSWER) || (zone->silent && server))
		return false;
	unsigned code = (two(message, 2) & OPCODE) ? CODE_NOT_PLAYED : CODE_FORMAT;
	if (code == CODE_NOT_PLAYED || two(message, 4) != 1 || !take_question(message, &question)) {
		put_header(message, 0, code, NULL, false, out);
		return true;
	}
	code = answer_question(zone, server, &question, &answer);
	unsigned flags = code == CODE_REFUSED ? 0 : FLAG_AUTHORITY;
	bool cut = by_udp && question.end + answer.records.len > UDP_MAX;
	put_header(message, flags | (cut ? FLAG_CUT : 0), code, cut ? NULL : &answer, true, out);
	buf_put_str(out, str_slice(message, HEADER, question.end - HEADER));
	if (!cut)
		buf_put_str(out, buf_str(&answer.records));
	buf_clear(&answer.records);
	return true;
}
