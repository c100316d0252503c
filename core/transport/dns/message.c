/* message.c: questions written, answers read. The parser is the C library's; what is kept of it is bounded. */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/transport/dns/dns.h"

#define HEADER_SIZE 12
#define FLAG_RECURSE 0x01

void dns_answer_clear(DnsAnswer *answer) {
	free(answer->records);
	*answer = (DnsAnswer){0};
}

/* ---- names ---- */

char *dns_name_plain(const char *name) {
	char *plain = bg_strdup(name);
	size_t len = strlen(plain);
	if (len > 1 && plain[len - 1] == '.')
		plain[len - 1] = '\0';
	for (char *c = plain; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char) (*c - 'A' + 'a');
	return plain;
}

static size_t wire_name(const char *name, unsigned char *ret, size_t size) {
	if (!*name || ns_name_pton(name, ret, size) < 0)
		return 0;
	size_t len = 0;
	while (len < size && ret[len])
		len += (size_t) ret[len] + 1;
	return len + 1;
}

/* A backslash would be an escape, a blank or a control byte no name that somebody publishes. */
bool dns_name_check(const char *name, Error *err) {
	unsigned char wire[NS_MAXCDNAME];
	bool letters = *name != '\0';
	for (const char *c = name; *c; c++)
		letters = letters && *c > ' ' && *c < 0x7f && *c != '\\';
	if (letters && wire_name(name, wire, sizeof(wire)))
		return true;
	error_set(err, ERROR_INVALID, "\"%.60s\" is no name that DNS takes", name);
	return error_hint(err, "write labels of at most 63 letters, digits and dashes, with dots between them");
}

/* ---- questions ---- */

size_t dns_query_write(uint16_t id, const char *name, DnsType type, bool recurse, unsigned char ret[static DNS_QUERY_MAX]) {
	memset(ret, 0, DNS_QUERY_MAX);
	size_t len = wire_name(name, ret + HEADER_SIZE, NS_MAXCDNAME);
	if (!len)
		return 0;
	ret[0] = (unsigned char) (id >> 8);
	ret[1] = (unsigned char) id;
	ret[2] = recurse ? FLAG_RECURSE : 0;
	ret[5] = 1;                               /* one question */
	unsigned char *end = ret + HEADER_SIZE + len;
	end[1] = (unsigned char) type;
	end[3] = ns_c_in;
	return HEADER_SIZE + len + 4;
}

/* ---- answers ---- */

static void keep_name(const char *from, char *to, size_t size) {
	AUTO_FREE char *clean = text_sanitised_line(from);
	AUTO_FREE char *plain = dns_name_plain(*clean ? clean : ".");
	snprintf(to, size, "%s", plain);
}

static bool read_value(const ns_msg *message, const ns_rr *rr, DnsRecord *ret) {
	char text[NS_MAXDNAME];
	switch ((int) ns_rr_type(*rr)) {
	case DNS_A:
		return ns_rr_rdlen(*rr) == 4 && inet_ntop(AF_INET, ns_rr_rdata(*rr), ret->value, sizeof(ret->value));
	case DNS_AAAA:
		return ns_rr_rdlen(*rr) == 16 && inet_ntop(AF_INET6, ns_rr_rdata(*rr), ret->value, sizeof(ret->value));
	case DNS_NS:
	case DNS_CNAME:
		if (ns_name_uncompress(ns_msg_base(*message), ns_msg_end(*message), ns_rr_rdata(*rr), text, sizeof(text)) < 0)
			return false;
		keep_name(text, ret->value, sizeof(ret->value));
		return true;
	default:
		ret->value[0] = '\0';
		return true;
	}
}

static bool is_kept(int type) { return type == DNS_A || type == DNS_NS || type == DNS_CNAME || type == DNS_SOA || type == DNS_AAAA; }

static bool read_record(const ns_msg *message, const ns_rr *rr, bool answer, DnsAnswer *to, Error *err) {
	if (ns_rr_class(*rr) != ns_c_in || !is_kept((int) ns_rr_type(*rr)))
		return true;
	if (to->count == DNS_RECORDS_MAX)
		return error_set(err, ERROR_PROTOCOL, "answers with more than %d records", DNS_RECORDS_MAX);
	DnsRecord *record = &to->records[to->count];
	*record = (DnsRecord){.type = (DnsType) ns_rr_type(*rr), .answer = answer, .ttl_s = ns_rr_ttl(*rr)};
	keep_name(ns_rr_name(*rr), record->name, sizeof(record->name));
	if (!read_value(message, rr, record))
		return error_set(err, ERROR_PROTOCOL, "answers with a record that is broken");
	to->count++;
	return true;
}

static bool read_section(ns_msg *message, ns_sect section, DnsAnswer *to, Error *err) {
	for (int i = 0; i < ns_msg_count(*message, section); i++) {
		ns_rr rr;
		if (ns_parserr(message, section, i, &rr) < 0)
			return error_set(err, ERROR_PROTOCOL, "answers with a record that is broken");
		if (!read_record(message, &rr, section == ns_s_an, to, err))
			return false;
	}
	return true;
}

static bool same_question(ns_msg *message, const char *name, DnsType type) {
	ns_rr question;
	if (ns_msg_count(*message, ns_s_qd) != 1 || ns_parserr(message, ns_s_qd, 0, &question) < 0)
		return false;
	AUTO_FREE char *wanted = dns_name_plain(name);
	AUTO_FREE char *asked = dns_name_plain(*ns_rr_name(question) ? ns_rr_name(question) : ".");
	return (int) ns_rr_type(question) == (int) type && ns_rr_class(question) == ns_c_in && text_eq(wanted, asked);
}

bool dns_answer_parse(const unsigned char *bytes, size_t size, uint16_t id, const char *name, DnsType type, DnsAnswer *ret, bool *ret_other, Error *err) {
	ns_msg message;
	AUTO_CLEAR(DnsAnswer) answer = {0};
	*ret_other = size < HEADER_SIZE || bytes[0] != id >> 8 || bytes[1] != (id & 0xff);
	if (*ret_other)
		return error_set(err, ERROR_PROTOCOL, "answers with what is no answer to the question");
	if (size > NS_MAXMSG || ns_initparse(bytes, (int) size, &message) < 0 || !ns_msg_getflag(message, ns_f_qr) || ns_msg_getflag(message, ns_f_opcode) != ns_o_query)
		return error_set(err, ERROR_PROTOCOL, "answers with what is not DNS");
	*ret_other = !same_question(&message, name, type);
	if (*ret_other)
		return error_set(err, ERROR_PROTOCOL, "answers another question");
	answer.code = ns_msg_getflag(message, ns_f_rcode);
	answer.authoritative = ns_msg_getflag(message, ns_f_aa) != 0;
	answer.truncated = ns_msg_getflag(message, ns_f_tc) != 0;
	answer.records = bg_calloc(DNS_RECORDS_MAX, sizeof(*answer.records));
	/* What was cut off is asked again over TCP: its half is not judged. */
	if (!answer.truncated && (!read_section(&message, ns_s_an, &answer, err) || !read_section(&message, ns_s_ns, &answer, err)))
		return false;
	*ret = answer;
	answer = (DnsAnswer){0};
	return true;
}
