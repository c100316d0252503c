/* The name servers of the practice domain: on the wire, asked as the console asks, and the registrar through which their records change. */
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_cluster_fault.h"
#include "core/sandbox/sim_dns.h"
#include "core/transport/dns/dns.h"
#include "pretend_run.h"

#define ASK_MS 20000     /* only ever reached by a failing test */

typedef struct Names { Pretend pretend; pthread_mutex_t lock; SimDns *dns; } Names;

static void names_open(Names *names) {
	Error err = {0};
	pretend_begin(&names->pretend);
	pthread_mutex_init(&names->lock, NULL);
	assert_ok(sim_dns_start(&names->pretend.cluster->zone, &names->lock, &names->dns, &err), &err);
}

static void names_clear(Names *names) {
	sim_dns_stop(names->dns);
	pthread_mutex_destroy(&names->lock);
	pretend_clear(&names->pretend);
}
BG_DEFINE_CLEARP(Names, names_clear)

static void ask(const Names *names, size_t server, const char *name, DnsType type, DnsAsk *ret) {
	Error err = {0};
	AUTO_FREE char *address = sim_dns_address(names->dns, server);
	*ret = (DnsAsk){.name = name, .type = type};
	assert_ok(dns_server_parse(str_from(address), &ret->server, &err), &err);
	dns_ask_all(ret, 1, (MonoTime){mono_now().ms + ASK_MS}, NULL, NULL);
}

/* The addresses that a server tells, parted by blanks. Owned. */
static char *told(const Names *names, size_t server, const char *name) {
	AUTO_CLEAR(StrList) list = {0};
	DnsAsk one;
	ask(names, server, name, DNS_AAAA, &one);
	cr_assert(one.answered, "%s: %s", name, one.problem.why);
	for (size_t i = 0; i < one.answer.count; i++)
		if (one.answer.records[i].type == DNS_AAAA)
			strlist_add(&list, one.answer.records[i].value);
	dns_asks_clear(&one, 1);
	return strlist_join(&list, " ");
}

#define expect_told(names, server, name, expected) do { \
		AUTO_FREE char *told_ = told((names), (server), (name)); \
		assert_text((name), told_, (expected)); \
	} while (0)

Test(sandbox_dns, answers_for_its_zone_and_for_nothing_else) {
	static const struct { const char *name; DnsType type; int code; bool authoritative; size_t records; } cases[] = {
		{SIM_DOMAIN, DNS_AAAA, 0, true, 3}, {"STUDIO." SIM_DOMAIN, DNS_AAAA, 0, true, 3}, {"monitoring." SIM_DOMAIN, DNS_AAAA, 0, true, 1},
		{SIM_DOMAIN, DNS_NS, 0, true, 2}, {SIM_DOMAIN, DNS_SOA, 0, true, 1}, {SIM_DOMAIN, DNS_A, 0, true, 1},      /* none: its SOA */
		{"nowhere." SIM_DOMAIN, DNS_AAAA, 3, true, 1}, {"example.org", DNS_AAAA, 5, false, 0}, {"not" SIM_DOMAIN, DNS_AAAA, 5, false, 0},
	};
	AUTO_CLEAR(Names) names = {0};
	names_open(&names);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		DnsAsk one;
		AUTO_FREE char *plain = dns_name_plain(cases[i].name);
		ask(&names, i % SIM_ZONE_SERVERS, plain, cases[i].type, &one);
		cr_assert(one.answered, "%s: %s", plain, one.problem.why);
		cr_expect(one.answer.code == cases[i].code && one.answer.authoritative == cases[i].authoritative && one.answer.count == cases[i].records,
			"%s, %d: code %d, %zu records", plain, (int) cases[i].type, one.answer.code, one.answer.count);
		dns_asks_clear(&one, 1);
	}
	expect_told(&names, 0, SIM_DOMAIN, "4a1:b2:1::10 4a1:b2:2::10 4a1:b2:3::10");
	expect_told(&names, 1, "monitoring." SIM_DOMAIN, "4a1:b2:1::10");
}

static int publish(Names *names, const char *lines) {
	pthread_mutex_lock(&names->lock);
	int status = pretend_run(&names->pretend, "", "registrar publish -", lines);
	pthread_mutex_unlock(&names->lock);
	return status;
}

static void strike(Names *names, const char *fault) {
	Error err = {0};
	pthread_mutex_lock(&names->lock);
	assert_ok(sim_cluster_fault(names->pretend.cluster, str_from(fault), (Str){0}, &err), &err);
	pthread_mutex_unlock(&names->lock);
}

Test(sandbox_dns, tells_what_was_published_on_both_or_only_on_the_first) {
	AUTO_CLEAR(Names) names = {0};
	names_open(&names);
	cr_expect_eq(publish(&names, "; a remark\n\n" SIM_DOMAIN ". IN AAAA 4a1:b2:11::10  ; not yet on ns1\nStudio." SIM_DOMAIN ".\t300 IN AAAA 4a1:b2:12::10\n"), 0, "%s",
		names.pretend.said);
	for (size_t i = 0; i < SIM_ZONE_SERVERS; i++) {
		expect_told(&names, i, SIM_DOMAIN, "4a1:b2:11::10");
		expect_told(&names, i, "studio." SIM_DOMAIN, "4a1:b2:12::10");
		expect_told(&names, i, "monitoring." SIM_DOMAIN, "4a1:b2:1::10");
	}
	strike(&names, "dns-behind");
	cr_expect_eq(publish(&names, SIM_DOMAIN " AAAA 4a1:b2:13::10\n"), 0);
	cr_expect(strstr(names.pretend.said, "has not taken it over"), "%s", names.pretend.said);
	expect_told(&names, 0, SIM_DOMAIN, "4a1:b2:13::10");
	expect_told(&names, 1, SIM_DOMAIN, "4a1:b2:11::10");
	expect_run(&names.pretend, "", "registrar show", 0, SIM_DOMAIN ". 300 IN AAAA 4a1:b2:13::10\n");
	pthread_mutex_lock(&names.lock);
	sim_cluster_mend(names.pretend.cluster);
	pthread_mutex_unlock(&names.lock);
	expect_told(&names, 1, SIM_DOMAIN, "4a1:b2:13::10");
}

Test(sandbox_dns, takes_all_lines_or_none) {
	static const struct { const char *lines, *part; } cases[] = {
		{SIM_DOMAIN ". IN AAAA 400::1\n" SIM_DOMAIN ". IN A 192.0.2.1\n", "line 2: the practice registrar takes lines like"},
		{SIM_DOMAIN ". IN AAAA 400::x\n", "line 1"}, {"example.org. IN AAAA 400::1\n", "example.org is not of " SIM_DOMAIN}, {"; nothing\n", "no record"},
	};
	AUTO_CLEAR(Names) names = {0};
	names_open(&names);
	for (size_t i = 0; i < BG_LENGTH(cases); i++)
		cr_expect(publish(&names, cases[i].lines) != 0 && strstr(names.pretend.said, cases[i].part), "%s: %s", cases[i].lines, names.pretend.said);
	expect_told(&names, 0, SIM_DOMAIN, "4a1:b2:1::10 4a1:b2:2::10 4a1:b2:3::10");
	expect_run(&names.pretend, "", "registrar publish", 2, "usage: registrar show");
}

/* More than 512 bytes: the answer by UDP is cut off, and the same is asked by TCP. */
Test(sandbox_dns, tells_by_tcp_what_is_too_long_for_udp) {
	AUTO_CLEAR(Names) names = {0};
	AUTO_CLEAR(Buf) lines = {0};
	DnsAsk one;
	names_open(&names);
	for (int i = 1; i <= 40; i++)
		buf_printf(&lines, SIM_DOMAIN ". IN AAAA 400::%x\n", (unsigned) i);
	cr_assert_eq(publish(&names, buf_text(&lines)), 0, "%s", names.pretend.said);
	ask(&names, 0, SIM_DOMAIN, DNS_AAAA, &one);
	cr_expect(one.answered && one.by_tcp && one.answer.count == 40, "%zu records: %s", one.answer.count, one.problem.why);
	dns_asks_clear(&one, 1);
}

Test(sandbox_dns, leaves_unanswered_or_refuses_what_is_no_question) {
	static const unsigned char QUESTION[] = {7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'x', 0, 0, 28, 0, 1};
	static const struct { const char *name; size_t at, len; unsigned char byte; int code; } cases[] = {
		{"its header is cut", 0, 11, 7, -1}, {"an answer", 2, sizeof(QUESTION), 0x81, -1}, {"another opcode", 2, sizeof(QUESTION), 0x28, 4},
		{"two questions", 5, sizeof(QUESTION), 2, 1}, {"its name has no end", 12, sizeof(QUESTION), 60, 1}, {"a compressed name", 12, sizeof(QUESTION), 0xc0, 1},
		{"its class is cut", 0, sizeof(QUESTION) - 1, 7, 1}, {"a dot in a label", 13, sizeof(QUESTION), '.', 1}, {"a name of somebody else", 0, sizeof(QUESTION), 7, 5},
		{"another class", 18, sizeof(QUESTION), 3, 5},
	};
	AUTO_CLEAR(Pretend) pretend = {0};
	pretend_begin(&pretend);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		unsigned char *bytes = bg_calloc(cases[i].len, 1);      /* exactly as long, so that a read past it is noticed */
		AUTO_CLEAR(Buf) out = {0};
		memcpy(bytes, QUESTION, cases[i].len);
		bytes[cases[i].at] = cases[i].byte;
		bool answered = sim_dns_answer(&pretend.cluster->zone, 0, (Str){(const char *) bytes, cases[i].len}, true, &out);
		cr_expect_eq(answered ? out.data[3] & 15 : -1, cases[i].code, "%s", cases[i].name);
		cr_expect(!answered || out.data[0] == (char) bytes[0], "%s: another id", cases[i].name);
		free(bytes);
	}
}

Test(sandbox_dns, is_silent_where_the_fault_says_so) {
	static const unsigned char QUESTION[] = {7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'x', 0, 0, 28, 0, 1};
	AUTO_CLEAR(Pretend) pretend = {0};
	AUTO_CLEAR(Buf) out = {0};
	Error err = {0};
	pretend_begin(&pretend);
	assert_ok(sim_cluster_fault(pretend.cluster, STR("dns-silent"), (Str){0}, &err), &err);
	cr_expect(!sim_dns_answer(&pretend.cluster->zone, 1, (Str){(const char *) QUESTION, sizeof(QUESTION)}, true, &out));
	cr_expect(sim_dns_answer(&pretend.cluster->zone, 0, (Str){(const char *) QUESTION, sizeof(QUESTION)}, true, &out));
}
