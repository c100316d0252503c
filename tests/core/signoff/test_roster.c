/* The allowed_signers file: read as ssh-keygen reads it, case by case. */
#include <stdlib.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/signoff/roster.h"
#include "core/signoff/sshsig.h"
#include "tool.h"

#define NAMESPACE "signoff@breakglass"

static const struct { const char *text, *pattern; bool matches; } patterns[] = {
	{ "alice", "alice", true }, { "alice", "alic", false }, { "alice", "a*", true }, { "alice", "*e", true }, { "alice", "a?ice", true },
	{ "alice", "a?e", false }, { "", "*", true }, { "", "?", false }, { "abc", "*a*b*c*", true }, { "aaab", "*aab", true },
	{ "alice", "", false }, { "a*b", "a*b", true }, { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "*a*a*a*a*a*a*a*a*a*a*a*a*b", false },
};

Test(roster, patterns_match_as_in_ssh_config)
{
	for (size_t i = 0; i < BG_LENGTH(patterns); i++)
		cr_expect_eq(pattern_match(str_from(patterns[i].text), str_from(patterns[i].pattern)), patterns[i].matches, "%s against %s",
			patterns[i].text, patterns[i].pattern);
	cr_expect(pattern_list_match(STR("a"), STR("b,a")));
	cr_expect(!pattern_list_match(STR("a"), STR("*,!a")));
	cr_expect(!pattern_list_match(STR("a"), STR("!a,*")));
	cr_expect(!pattern_list_match(STR("b"), STR("!a")));
	cr_expect(!pattern_list_match(STR("a"), STR("")));
}

/* %K is the key's type and base64, %O another key's. The message is signed with the key, in NAMESPACE. */
typedef struct Case { const char *name, *allowed, *identity, *verify_time; bool good; } Case;
static const Case cases[] = {
	{ "plain", "alice %K\n", "alice", NULL, true },
	{ "comment after the key", "alice %K my key # x\n", "alice", NULL, true },
	{ "remarks and blank lines", "# x\n\n  \t\n alice %K\n", "alice", NULL, true },
	{ "CRLF", "alice %K\r\n", "alice", NULL, true },
	{ "no newline at the end", "alice %K", "alice", NULL, true },
	{ "other person", "bob %K\n", "alice", NULL, false },
	{ "other key", "alice %O\n", "alice", NULL, false },
	{ "case counts in names", "Alice %K\n", "alice", NULL, false },
	{ "list", "bob,alice %K\n", "alice", NULL, true },
	{ "pattern", "*@example.org %K\n", "alice@example.org", NULL, true },
	{ "negated", "*@example.org,!alice@* %K\n", "alice@example.org", NULL, false },
	{ "quoted with a blank", "\"alice b\" %K\n", "alice b", NULL, true },
	{ "quoted list", "\"bob,alice\" %K\n", "alice", NULL, true },
	{ "quote in the middle", "al\"ice\" %K\n", "alice", NULL, true },
	{ "open quote", "\"alice %K\n", "alice", NULL, false },
	{ "tab between", "alice\t%K\n", "alice", NULL, true },
	{ "first line fails, second counts", "alice %O\nalice %K\n", "alice", NULL, true },
	{ "bad line before", "alice ssh-ed25519 %%%%\nalice %K\n", "alice", NULL, true },
	{ "no principals", "%K\n", "alice", NULL, false },
	{ "namespace", "alice namespaces=\"signoff@breakglass\" %K\n", "alice", NULL, true },
	{ "namespace list with a pattern", "alice namespaces=\"git,signoff@*\" %K\n", "alice", NULL, true },
	{ "other namespace", "alice namespaces=\"git\" %K\n", "alice", NULL, false },
	{ "negated namespace", "alice namespaces=\"*,!signoff@*\" %K\n", "alice", NULL, false },
	{ "option names in capitals", "alice NameSpaces=\"git\" %K\n", "alice", NULL, false },
	{ "namespace without quotes", "alice namespaces=git %K\n", "alice", NULL, false },
	{ "namespace twice", "alice namespaces=\"*\",namespaces=\"*\" %K\n", "alice", NULL, false },
	{ "unknown option", "alice frobnicate %K\n", "alice", NULL, false },
	{ "unknown option with a value", "alice frob=\"x\" %K\n", "alice", NULL, false },
	{ "trailing comma", "alice namespaces=\"*\", %K\n", "alice", NULL, false },
	{ "authority line does not match the key itself", "alice cert-authority %K\n", "alice", NULL, false },
	{ "authority and a plain line", "alice cert-authority %K\nalice %K\n", "alice", NULL, true },
	{ "authority with a namespace", "alice cert-authority,namespaces=\"*\" %K\n", "alice", NULL, false },
	{ "valid after, later", "alice valid-after=\"20250101\" %K\n", "alice", "20250601Z", true },
	{ "valid after, before it", "alice valid-after=\"20250101\" %K\n", "alice", "20241231Z", false },
	{ "valid before, earlier", "alice valid-before=\"20250101Z\" %K\n", "alice", "20241231Z", true },
	{ "valid before, after it", "alice valid-before=\"20250101Z\" %K\n", "alice", "20250102Z", false },
	{ "exactly valid-after", "alice valid-after=\"20250101120000Z\" %K\n", "alice", "20250101120000Z", true },
	{ "a second before valid-after", "alice valid-after=\"20250101120000Z\" %K\n", "alice", "20250101115959Z", false },
	{ "exactly valid-before", "alice valid-before=\"20250101120000Z\" %K\n", "alice", "20250101120000Z", true },
	{ "a second after valid-before", "alice valid-before=\"20250101120000Z\" %K\n", "alice", "20250101120001Z", false },
	{ "both", "alice valid-after=\"20250101\",valid-before=\"20250201\" %K\n", "alice", "20250115", true },
	{ "wrong way round", "alice valid-after=\"20250201\",valid-before=\"20250101\" %K\n", "alice", "20250115", false },
	{ "time not valid", "alice valid-after=\"2025\" %K\n", "alice", "20250601", false },
	{ "month 13", "alice valid-after=\"20241301\" %K\n", "alice", "20260601", false },
	{ "31 February", "alice valid-after=\"20250231\" %K\n", "alice", "20250304Z", true },
	{ "31 February, 1 March", "alice valid-after=\"20250231Z\" %K\n", "alice", "20250302Z", false },
	{ "UTC written out", "alice valid-after=\"20250101UTC\" %K\n", "alice", "20250601Z", true },
	{ "small z", "alice valid-before=\"20250101z\" %K\n", "alice", "20250601Z", false },
	{ "hours and minutes", "alice valid-after=\"202501011230Z\" %K\n", "alice", "20250101122959Z", false },
	{ "the epoch", "alice valid-after=\"19700101Z\" %K\n", "alice", "20250101Z", false },
	{ "before the epoch", "alice valid-before=\"19600101Z\" %K\n", "alice", "20250101Z", false },
	{ "quoted quote in an option", "alice namespaces=\"a\\\"b,*\" %K\n", "alice", NULL, true },
	{ "open quote in an option", "alice namespaces=\"* %K\n", "alice", NULL, false },
	{ "no comma between options", "alice cert-authoritynamespaces=\"*\" %K\n", "alice", NULL, false },
	{ "local winter time", "alice valid-after=\"202501011200\" %K\n", "alice", "20250101105959Z", false },
	{ "local winter time, reached", "alice valid-after=\"202501011200\" %K\n", "alice", "20250101110000Z", true },
	{ "local summer time", "alice valid-after=\"202507011200\" %K\n", "alice", "20250701095959Z", false },
	{ "local summer time, near", "alice valid-after=\"202507011200\" %K\n", "alice", "20250701103000Z", false },
	{ "local summer time, reached", "alice valid-after=\"202507011200\" %K\n", "alice", "20250701110000Z", true },
};

static char *fill_in(const char *template, const char *key, const char *other)
{
	AUTO_CLEAR(Buf) text = { 0 };
	for (const char *p = template; *p; p++) {
		if (p[0] == '%' && (p[1] == 'K' || p[1] == 'O'))
			buf_puts(&text, *++p == 'K' ? key : other);
		else
			buf_putc(&text, *p);
	}
	return buf_take(&text);
}

static WallTime time_of(const char *verify_time)
{
	WallTime time = wall_now();
	if (verify_time)
		cr_assert(roster_parse_time(str_from(verify_time), &time), "%s", verify_time);
	return time;
}

Test(roster, every_line_means_here_what_it_means_to_ssh_keygen)
{
	need_ssh_keygen();
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *path = tool_make_key(&folder, &TOOL_KEYS[0]), *other_path = tool_make_key(&folder, &TOOL_KEYS[1]);
	AUTO_FREE char *key = tool_public_line(path);
	AUTO_FREE char *other = tool_public_line(other_path);
	AUTO_FREE char *signature = tool_sign(path, NAMESPACE, "sha512", "m");
	AUTO_CLEAR(SshSig) sig = { 0 };
	Error err = { 0 };
	assert_ok(sshsig_parse(str_from(signature), &sig, &err), &err);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const Case *c = &cases[i];
		AUTO_FREE char *allowed = fill_in(c->allowed, key, other);
		AUTO(Roster) *roster = NULL;
		assert_ok(roster_parse(str_from(allowed), "allowed", &roster, &err), &err);
		RosterAnswer answer = roster_check(roster, &sig.key, c->identity, NAMESPACE, time_of(c->verify_time), NULL);
		bool theirs = tool_verify(&folder, allowed, c->identity, NAMESPACE, signature, c->verify_time, "m");
		cr_expect_eq(answer == ROSTER_ALLOWED, theirs, "%s: ssh-keygen says %s", c->name, theirs ? "good" : "bad");
		cr_expect_eq(theirs, c->good, "%s: the table says %s", c->name, c->good ? "good" : "bad");
	}
}

Test(roster, answers_name_the_nearest_miss_and_its_line)
{
	static const char first[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	static const char second[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB";
	static const char third[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAC";
	AUTO_FREE char *text = bg_asprintf("alice valid-before=\"20200101Z\" %s old\nalice valid-after=\"20900101Z\" %s\n"
		"alice namespaces=\"git\" %s\nbob %s b\x1b[31m\nca cert-authority %s\nnonsense\n", first, second, third, third, first);
	AUTO(Roster) *roster = NULL;
	Error err = { 0 };
	assert_ok(roster_parse(str_from(text), "allowed", &roster, &err), &err);
	static const struct { const char *key, *who; RosterAnswer answer; int line; } asked[] = {
		{ first, "alice", ROSTER_EXPIRED, 1 }, { second, "alice", ROSTER_NOT_YET_VALID, 2 },
		{ third, "alice", ROSTER_NAMESPACE_NOT_ALLOWED, 3 }, { third, "bob", ROSTER_ALLOWED, 4 },
		{ first, "bob", ROSTER_PRINCIPAL_NOT_ALLOWED, 1 },
		{ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD", "alice", ROSTER_KEY_UNKNOWN, 0 },
	};
	for (size_t i = 0; i < BG_LENGTH(asked); i++) {
		AUTO_CLEAR(PublicKey) key = { 0 };
		assert_ok(public_key_parse_line(str_from(asked[i].key), &key, NULL, &err), &err);
		const RosterEntry *entry = NULL;
		RosterAnswer answer = roster_check(roster, &key, asked[i].who, NAMESPACE, wall_now(), &entry);
		cr_expect_eq(answer, asked[i].answer, "case %zu", i);
		cr_expect_eq(entry ? entry->line : 0, asked[i].line, "case %zu: line %d", i, entry ? entry->line : 0);
	}
	cr_expect_eq(roster->note_count, 1u);
	cr_expect_eq(roster->notes[0].line, 6);
	cr_expect_str_eq(roster->entries[3].comment, "b", "escape sequences do not survive");
	size_t count = 0;
	for (const RosterEntry *e = roster_next_of(roster, NULL, "alice"); e; e = roster_next_of(roster, e, "alice"))
		count++;
	cr_expect_eq(count, 3u);
	cr_expect(roster_lists(roster, &roster->entries[0].key, "alice"));
	cr_expect(!roster_lists(roster, &roster->entries[0].key, "bob"));
	cr_expect(!roster_lists(roster, &roster->entries[0].key, "ca"));
}

Test(roster, any_bytes_give_a_roster_or_an_error)
{
	static const char line[] = "al\"ice b\",c cert-authority,namespaces=\"a\\\"b\",valid-after=\"20250101Z\",valid-before=\"20260101\" "
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA c\n";
	for (size_t at = 0; at < sizeof line; at++) {
		for (int c = 0; c < 256; c++) {
			char copy[sizeof line];
			memcpy(copy, line, sizeof line);
			copy[at] = (char) c;
			AUTO(Roster) *roster = NULL;
			Error err = { 0 };
			assert_ok(roster_parse((Str){ copy, sizeof line }, "f", &roster, &err), &err);
			cr_assert(roster->count + roster->note_count <= 4);
		}
	}
}
