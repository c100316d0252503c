/* sim_registrar.c: `registrar`: the practice domain's keeper, as a person meets it: lines of a zone file are given to it, and published. What
 * `breakglass nodes --dns` writes can be piped into it. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_program.h"

typedef struct Lines { SimCluster *cluster; SimRun *run; StrList names; StrList *addresses; } Lines;

static void lines_clear(Lines *lines) {
	for (size_t i = 0; i < lines->names.count; i++)
		strlist_clear(&lines->addresses[i]);
	free(lines->addresses);
	strlist_clear(&lines->names);
}
BG_DEFINE_CLEARP(Lines, lines_clear)

static StrList *of_name(Lines *lines, const char *name) {
	for (size_t i = 0; i < lines->names.count; i++)
		if (text_eq(lines->names.items[i], name))
			return &lines->addresses[i];
	lines->addresses = bg_reallocarray(lines->addresses, lines->names.count + 1, sizeof(StrList));
	lines->addresses[lines->names.count] = (StrList) {0};
	strlist_add(&lines->names, name);
	return &lines->addresses[lines->names.count - 1];
}

/* Lower case, no dot at its end. Owned. */
static char *plain_name(const char *name) {
	char *plain = bg_strdup(name);
	for (char *c = plain; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char) (*c - 'A' + 'a') : *c;
	size_t len = strlen(plain);
	if (len && plain[len - 1] == '.')
		plain[len - 1] = '\0';
	return plain;
}

/* "NAME. [TTL] [IN] AAAA ADDRESS ; remark"; what is only a remark is nothing. */
static bool take_line(Lines *lines, Str line, size_t number) {
	AUTO_CLEAR(StrList) words = {0};
	ptrdiff_t remark = str_find_char(line, ';');
	AUTO_FREE char *text = str_dup(remark < 0 ? line : str_slice(line, 0, (size_t) remark));
	for (char *c = text; *c; c++)
		*c = *c == '\t' ? ' ' : *c;
	Str rest = str_from(text), word;
	while (str_split(&rest, ' ', &word))
		if (str_trim(word).len)
			strlist_add_take(&words, str_dup(str_trim(word)));
	if (!words.count)
		return true;
	AUTO_FREE char *name = plain_name(words.items[0]);
	const char *address = words.items[words.count - 1];
	struct in6_addr bytes;
	if (words.count < 3 || words.count > 5 || !text_eq(words.items[words.count - 2], "AAAA") || inet_pton(AF_INET6, address, &bytes) != 1)
		sim_run_refuse(lines->run, 1, "line %zu: the practice registrar takes lines like: %s. IN AAAA 400::1", number, lines->cluster->zone.domain);
	else if (!sim_zone_holds(&lines->cluster->zone, name))
		sim_run_refuse(lines->run, 1, "line %zu: %s is not of %s", number, name, lines->cluster->zone.domain);
	else
		strlist_add(of_name(lines, name), address);
	return lines->run->status == 0;
}

/* All of it or nothing. */
static void publish(Lines *lines) {
	SimZone *zone = &lines->cluster->zone;
	Str rest = lines->run->input, line;
	for (size_t number = 1; str_next_line(&rest, &line); number++)
		if (!take_line(lines, line, number))
			return;
	if (!lines->names.count)
		sim_run_refuse(lines->run, 1, "there is no record in what was given");
	for (size_t i = 0; i < lines->names.count && lines->run->status == 0; i++) {
		if (sim_zone_set(zone, lines->names.items[i], &lines->addresses[i]))
			buf_printf(&lines->run->out, "published: %s, %zu addresses\n", lines->names.items[i], lines->addresses[i].count);
		else
			sim_run_refuse(lines->run, 1, "%s: that is more than the practice zone holds", lines->names.items[i]);
	}
	if (zone->behind)
		buf_puts(&lines->run->out, "the second name server has not taken it over yet\n");
}

static void show(const SimZone *zone, SimRun *run) {
	for (size_t i = 0; i < zone->servers[0].count; i++)
		for (size_t a = 0; a < zone->servers[0].sets[i].addresses.count; a++)
			buf_printf(&run->out, "%s. %d IN AAAA %s\n", zone->servers[0].sets[i].name, SIM_ZONE_TTL_S, zone->servers[0].sets[i].addresses.items[a]);
}

void sim_registrar_run(SimCluster *cluster, SimRun *run, WallTime now) {
	const char *verb = sim_run_word(run, 0, NULL);
	(void) now;
	if (text_eq(verb, "show")) {
		show(&cluster->zone, run);
	} else if (text_eq(verb, "publish") && sim_run_has(run, "-")) {
		AUTO_CLEAR(Lines) lines = { .cluster = cluster, .run = run };
		run->changes = true;
		publish(&lines);
	} else {
		sim_run_refuse(run, 2, "usage: registrar show; or registrar publish - <LINES, instead of what those names had");
	}
}
