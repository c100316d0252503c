/* Questions to name servers of the test's own, right and wrong, over both protocols. */
#include <sys/socket.h>

#include "core/base/alloc.h"
#include "core/transport/dns/dns.h"
#include "tests/support/loopback.h"
#include "tests/support/name_server.h"
#include "tests/support/support.h"

static const NameRow ROWS[] = {
	{"school.example.com", DNS_AAAA, "4a1:b2::11", 300}, {"school.example.com", DNS_AAAA, "4a1:b2::12", 300}, {"school.example.com", DNS_A, "192.0.2.7", 60},
	{"example.com", DNS_SOA, "ns1.example.com", 3600}, {"example.com", DNS_NS, "ns1.example.com", 3600}, {"www.example.com", DNS_CNAME, "school.example.com", 60}, {0}};

static DnsAsk ask_of(const char *at, const char *name, DnsType type) {
	DnsAsk ask = {.name = name, .type = type};
	Error err = {0};
	assert_ok(dns_server_parse(str_from(at), &ask.server, &err), &err);
	return ask;
}

static void ask_one(NameServer *server, const char *name, DnsType type, int64_t wait_ms, DnsAsk *ret) {
	*ret = ask_of(name_server_at(server), name, type);
	dns_ask_all(ret, 1, (MonoTime){mono_now().ms + wait_ms}, NULL, NULL);
}

static char *values_of(const DnsAsk *ask) {
	AUTO_CLEAR(StrList) values = {0};
	for (size_t i = 0; i < ask->answer.count; i++)
		strlist_add_take(&values, bg_asprintf("%s%s %s", ask->answer.records[i].answer ? "" : "(zone) ", ask->answer.records[i].name, ask->answer.records[i].value));
	return strlist_join(&values, "; ");
}

static const struct { const char *name; DnsType type; int code; const char *values; } ANSWERS[] = {
	{"school.example.com", DNS_AAAA, 0, "school.example.com 4a1:b2::11; school.example.com 4a1:b2::12"},
	{"School.Example.COM.", DNS_AAAA, 0, "school.example.com 4a1:b2::11; school.example.com 4a1:b2::12"},
	{"school.example.com.", DNS_AAAA, 0, "school.example.com 4a1:b2::11; school.example.com 4a1:b2::12"},
	{"school.example.com", DNS_A, 0, "school.example.com 192.0.2.7"},
	{"example.com", DNS_NS, 0, "example.com ns1.example.com"},
	{"www.example.com", DNS_AAAA, 0, "www.example.com school.example.com"},
	{"nothing.example.com", DNS_AAAA, 3, "(zone) example.com "},
	{"example.com", DNS_AAAA, 0, "(zone) example.com "},
};

Test(dns, what_is_published_is_read) {
	static const char *const ADDRESSES[] = {"127.0.0.1", "::1"};
	for (size_t a = 0; a < BG_LENGTH(ADDRESSES); a++) {
		AUTO(NameServer) *server = name_server_start(ADDRESSES[a], ROWS, NAME_WHOLE);
		for (size_t i = 0; i < BG_LENGTH(ANSWERS); i++) {
			DnsAsk ask;
			ask_one(server, ANSWERS[i].name, ANSWERS[i].type, 20000, &ask);
			AUTO_FREE char *values = values_of(&ask);
			cr_assert(ask.answered, "%s: %s", ANSWERS[i].name, ask.problem.why);
			assert_text(ANSWERS[i].name, values, ANSWERS[i].values);
			cr_expect(ask.answer.code == ANSWERS[i].code && ask.answer.authoritative && !ask.by_tcp, "%s: %d", ANSWERS[i].name, ask.answer.code);
			cr_expect(!ask.answer.records[0].answer || ask.answer.records[0].ttl_s >= 60);
			dns_asks_clear(&ask, 1);
		}
	}
}

static const struct { const char *name; NameFault fault; int64_t wait_ms; bool answered, tcp; ErrorKind kind; const char *why; } FAULTS[] = {
	{"lost once", NAME_LOSES_ONE, 20000, true, false, ERROR_NONE, NULL},
	{"cut off over UDP", NAME_TRUNCATED, 20000, true, true, ERROR_NONE, NULL},
	{"one of somebody else before it", NAME_SPOOFED, 20000, true, false, ERROR_NONE, NULL},
	{"cut off over both", NAME_ALWAYS_TRUNCATED, 20000, false, true, ERROR_PROTOCOL, "answers with half of it, also over TCP"},
	{"breaks off over TCP", NAME_TCP_CUT, 20000, false, true, ERROR_PROTOCOL, "the answer is cut off"},
	{"closes over TCP", NAME_TCP_CLOSES, 20000, false, true, ERROR_NONE, NULL},
	{"garbage", NAME_GARBAGE, 300, false, false, ERROR_TIMEOUT, "what came was no answer to the question"},
	{"a record with no end", NAME_HALF, 20000, false, false, ERROR_PROTOCOL, "is not DNS"},
	{"a name in a circle", NAME_LOOP, 20000, false, false, ERROR_PROTOCOL, "a record that is broken"},
	{"another id", NAME_OTHER_ID, 300, false, false, ERROR_TIMEOUT, "what came was no answer to the question"},
	{"another question", NAME_OTHER_QUESTION, 300, false, false, ERROR_TIMEOUT, "what came was no answer to the question"},
	{"more records than are taken", NAME_FLOOD, 20000, false, true, ERROR_PROTOCOL, "more than 256 records"},
	{"silent", NAME_SILENT, 300, false, false, ERROR_TIMEOUT, "no answer in time"},
};

Test(dns, what_goes_wrong_is_told) {
	AUTO(NameServer) *server = name_server_start("127.0.0.1", ROWS, NAME_WHOLE);
	for (size_t i = 0; i < BG_LENGTH(FAULTS); i++) {
		DnsAsk ask;
		name_server_fault(server, FAULTS[i].fault);
		ask_one(server, "school.example.com", DNS_AAAA, FAULTS[i].wait_ms, &ask);
		cr_expect_eq(ask.answered, FAULTS[i].answered, "%s: %s", FAULTS[i].name, ask.problem.why);
		cr_expect_eq(ask.by_tcp, FAULTS[i].tcp, "%s", FAULTS[i].name);
		cr_expect(!FAULTS[i].answered || ask.answer.count == 2, "%s: %zu records", FAULTS[i].name, ask.answer.count);
		cr_expect(!FAULTS[i].kind || ask.problem.kind == FAULTS[i].kind, "%s: %s", FAULTS[i].name, error_kind_name(ask.problem.kind));
		cr_expect(!FAULTS[i].why || strstr(ask.problem.why, FAULTS[i].why), "%s: %s", FAULTS[i].name, ask.problem.why);
		cr_expect(FAULTS[i].answered || (strstr(ask.problem.where, name_server_at(server)) && *ask.problem.hint), "%s: %s", FAULTS[i].name, ask.problem.where);
		dns_asks_clear(&ask, 1);
	}
	name_server_fault(server, NAME_SERVFAIL);
	DnsAsk refused;
	ask_one(server, "school.example.com", DNS_AAAA, 20000, &refused);
	cr_expect(refused.answered && refused.answer.code == 2 && refused.answer.count == 0);
	dns_asks_clear(&refused, 1);
}

Test(dns, a_port_where_nobody_listens_is_told_at_once) {
	AUTO_FREE char *at = bg_asprintf("127.0.0.1:%d", loopback_unused_port());
	DnsAsk ask = ask_of(at, "school.example.com", DNS_AAAA);
	dns_ask_all(&ask, 1, (MonoTime){mono_now().ms + 20000}, NULL, NULL);
	cr_expect(!ask.answered && ask.problem.kind == ERROR_IO);
	assert_text("why", ask.problem.why, "connection refused");
}

/* One that says nothing holds up no other: all have answered, and the loop waits for that one alone. */
Test(dns, servers_are_asked_beside_one_another) {
	AUTO(NameServer) *good = name_server_start("127.0.0.1", ROWS, NAME_LOSES_ONE);
	AUTO(NameServer) *silent = name_server_start("127.0.0.1", ROWS, NAME_SILENT);
	DnsAsk asks[] = {ask_of(name_server_at(silent), "school.example.com", DNS_AAAA), ask_of(name_server_at(good), "school.example.com", DNS_AAAA),
		ask_of(name_server_at(good), "example.com", DNS_NS)};
	dns_ask_all(asks, BG_LENGTH(asks), (MonoTime){mono_now().ms + 2500}, NULL, NULL);
	cr_expect(!asks[0].answered && asks[1].answered && asks[2].answered);
	cr_expect_eq(name_server_asked(silent, false), 3);
	dns_asks_clear(asks, BG_LENGTH(asks));
}

static bool stop_at_once(void *userdata) {
	(*(int *) userdata)++;
	return true;
}

Test(dns, a_person_can_stop_it) {
	AUTO(NameServer) *server = name_server_start("127.0.0.1", ROWS, NAME_SILENT);
	int polled = 0;
	DnsAsk ask = ask_of(name_server_at(server), "school.example.com", DNS_AAAA);
	dns_ask_all(&ask, 1, (MonoTime){mono_now().ms + 600000}, stop_at_once, &polled);
	cr_expect(polled == 1 && !ask.answered && ask.problem.kind == ERROR_CANCELLED);
}

static const struct { const char *text, *address; int port; } PLACES[] = {
	{"192.0.2.1", "192.0.2.1", 53}, {"192.0.2.1:5353", "192.0.2.1", 5353}, {"400::1", "400::1", 53}, {"[400::1]", "400::1", 53}, {" [400::1]:5353 ", "400::1", 5353},
	{"ns1.example.com", NULL, 0}, {"", NULL, 0}, {"192.0.2.1:", NULL, 0}, {"192.0.2.1:0", NULL, 0}, {"192.0.2.1:65536", NULL, 0}, {"[400::1", NULL, 0},
	{"[400::1]x", NULL, 0}, {"[400::1]:", NULL, 0}, {"400::1:5353:x", NULL, 0}, {"[]:53", NULL, 0},
};

Test(dns, where_a_server_is) {
	for (size_t i = 0; i < BG_LENGTH(PLACES); i++) {
		DnsServer server = {0};
		Error err = {0};
		if (!PLACES[i].address) {
			assert_refused(dns_server_parse(str_from(PLACES[i].text), &server, &err), &err, ERROR_INVALID, "no address of a name server");
			continue;
		}
		assert_ok(dns_server_parse(str_from(PLACES[i].text), &server, &err), &err);
		assert_text(PLACES[i].text, server.address, PLACES[i].address);
		cr_expect_eq(server.port, PLACES[i].port);
		DnsServer again = {0};
		AUTO_FREE char *text = dns_server_text(&server);
		assert_ok(dns_server_parse(str_from(text), &again, &err), &err);
		cr_expect(again.port == server.port && text_eq(again.address, server.address), "%s", text);
	}
}

Test(dns, names_that_are_none_are_refused) {
	static const char *const NAMES[] = {"", ".", "a..b", "a b", "a\033[2Jb", "a\\046b", "\xc3\xa4.example",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example"};
	Error err = {0};
	for (size_t i = 0; i < BG_LENGTH(NAMES); i++) {
		unsigned char bytes[DNS_QUERY_MAX];
		if (text_eq(NAMES[i], "."))
			continue;   /* the root is one */
		assert_refused(dns_name_check(NAMES[i], &err), &err, ERROR_INVALID, "is no name that DNS takes");
		cr_expect(*NAMES[i] == '\0' ? dns_query_write(1, NAMES[i], DNS_AAAA, false, bytes) == 0 : true);
	}
	assert_ok(dns_name_check("_acme-challenge.school.example.com.", &err), &err);
}
