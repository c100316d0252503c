/* What known_hosts says of a host's key: a table, and the same answers as ssh-keygen -F gives. */
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/signoff/wire.h"
#include "core/transport/ssh/known_hosts.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

static Buf blob_of(const char *type, char fill) {
	char bytes[32];
	memset(bytes, fill, sizeof(bytes));
	Buf blob = {0};
	wire_put_string(&blob, str_from(type));
	wire_put_string(&blob, (Str){bytes, sizeof(bytes)});
	return blob;
}

/* $A and $B are two ed25519 keys, $E is another type. */
static char *with_keys(const char *text) {
	Buf out = {0};
	for (Str rest = str_from(text); rest.len;) {
		bool is_key = rest.ptr[0] == '$' && rest.len > 1;
		if (!is_key) {
			buf_putc(&out, rest.ptr[0]);
			rest = str_slice(rest, 1, rest.len);
			continue;
		}
		const char *type = rest.ptr[1] == 'E' ? "ecdsa-sha2-nistp256" : "ssh-ed25519";
		AUTO_CLEAR(Buf) blob = blob_of(type, rest.ptr[1]);
		buf_printf(&out, "%s ", type);
		base64_encode(blob.data, blob.len, &out);
		rest = str_slice(rest, 2, rest.len);
	}
	return buf_take(&out);
}

static HostKeyCheck check(const KnownHosts *hosts, const char *host, int port) {
	HostKeyCheck result = {0};
	AUTO_CLEAR(Buf) blob = blob_of("ssh-ed25519", 'A');
	known_hosts_check(hosts, host, port, buf_str(&blob), &result);
	return result;
}

typedef struct Case {
	const char *name, *text, *host;
	int port;
	HostKeyVerdict verdict;
	int line;
} Case;

/* The host always shows key A. */
static const Case cases[] = {
	{"nothing", "", "node1", 22, HOST_KEY_UNKNOWN, 0},
	{"a plain name", "node1 $A", "node1", 22, HOST_KEY_KNOWN, 1},
	{"a comment behind the key", "node1 $A root@node1 and more", "node1", 22, HOST_KEY_KNOWN, 1},
	{"names are not told apart by case", "Node1 $A", "nODE1", 22, HOST_KEY_KNOWN, 1},
	{"comments, empty lines, blanks in front, CRLF", "# node1 $B\r\n\r\n\t node1 $A\r\n", "node1", 22, HOST_KEY_KNOWN, 3},
	{"one of several names", "a,node1,b $A", "node1", 22, HOST_KEY_KNOWN, 1},
	{"another key", "node1 $B", "node1", 22, HOST_KEY_CHANGED, 1},
	{"several keys a host", "node1 $B\nnode1 $E\nnode1 $A", "node1", 22, HOST_KEY_KNOWN, 3},
	{"another type only", "node1 $E", "node1", 22, HOST_KEY_OTHER_TYPE, 1},
	{"another key and another type", "node1 $E\nnode1 $B", "node1", 22, HOST_KEY_CHANGED, 2},
	{"a port of its own", "[node1]:2222 $A", "node1", 2222, HOST_KEY_KNOWN, 1},
	{"the plain name is not the one with a port", "node1 $A", "node1", 2222, HOST_KEY_UNKNOWN, 0},
	{"the name with a port is not the plain one", "[node1]:2222 $A", "node1", 22, HOST_KEY_UNKNOWN, 0},
	{"another port", "[node1]:2222 $A", "node1", 2223, HOST_KEY_UNKNOWN, 0},
	{"an IPv6 address", "4a1:b2::11 $A", "4a1:b2::11", 22, HOST_KEY_KNOWN, 1},
	{"an IPv6 address asked for in long form", "4a1:b2::11 $A", "04A1:b2:0:0::11", 22, HOST_KEY_KNOWN, 1},
	{"an IPv6 address written in long form", "04A1:B2:0:0:0:0:0:11 $A", "4a1:b2::11", 22, HOST_KEY_KNOWN, 1},
	{"an IPv6 address with a port", "[4a1:b2::11]:2222 $A", "4a1:b2::11", 2222, HOST_KEY_KNOWN, 1},
	{"a long IPv6 address with a port", "[4a1:b2:0::11]:2222 $A", "4a1:b2::11", 2222, HOST_KEY_KNOWN, 1},
	{"a long IPv6 address with another port", "[4a1:b2:0::11]:2223 $A", "4a1:b2::11", 2222, HOST_KEY_UNKNOWN, 0},
	{"another IPv6 address", "4a1:b2::12 $A", "4a1:b2::11", 22, HOST_KEY_UNKNOWN, 0},
	{"a long IPv6 address revoked", "4a1:b2::11 $A\n@revoked 04a1:b2::11 $A", "4a1:b2::11", 22, HOST_KEY_REVOKED, 2},
	{"a star", "*.example.com $A", "n1.example.com", 22, HOST_KEY_KNOWN, 1},
	{"a star of IPv6 addresses", "4a1:* $A", "4a1:b2::11", 22, HOST_KEY_KNOWN, 1},
	{"question marks", "node? $A", "node1", 22, HOST_KEY_KNOWN, 1},
	{"a question mark is one character", "node? $A", "node12", 22, HOST_KEY_UNKNOWN, 0},
	{"negation behind", "*.example.com,!n1.example.com $A", "n1.example.com", 22, HOST_KEY_UNKNOWN, 0},
	{"negation in front", "!n1.example.com,*.example.com $A", "n1.example.com", 22, HOST_KEY_UNKNOWN, 0},
	{"negation alone names nobody", "!n2 $A", "n1", 22, HOST_KEY_UNKNOWN, 0},
	{"negation of another", "*.example.com,!n2.example.com $A", "n1.example.com", 22, HOST_KEY_KNOWN, 1},
	{"revoked before", "@revoked node1 $A\nnode1 $A", "node1", 22, HOST_KEY_REVOKED, 1},
	{"revoked after", "node1 $A\n@revoked * $A", "node1", 22, HOST_KEY_REVOKED, 2},
	{"revoked for another host", "node1 $A\n@revoked node2 $A", "node1", 22, HOST_KEY_KNOWN, 1},
	{"another key revoked", "@revoked * $B\nnode1 $A", "node1", 22, HOST_KEY_KNOWN, 2},
	{"only another key revoked: nothing is known", "@revoked node1 $B", "node1", 22, HOST_KEY_UNKNOWN, 0},
	{"an authority is not a host's key", "@cert-authority * $A", "node1", 22, HOST_KEY_AUTHORITY, 1},
	{"an authority beside a key", "@cert-authority * $B\nnode1 $A", "node1", 22, HOST_KEY_KNOWN, 2},
	{"a marker that nobody knows", "@trusted node1 $A", "node1", 22, HOST_KEY_UNKNOWN, 0},
	{"a line that is no key stops nothing", "node1 nonsense\nnode1 ssh-ed25519 ????\nnode1 1024 35 99\nnode1 $A", "node1", 22, HOST_KEY_KNOWN, 4},
	{"a host called like a marker", "@revoked $A", "@revoked", 22, HOST_KEY_UNKNOWN, 0},
	{"a bad hash", "|1|AAAA|BBBB $A\n|1| $A\n|2|x|y $A\n|1|x $A", "node1", 22, HOST_KEY_UNKNOWN, 0},
};

Test(known_hosts, lines_say_what_the_manual_says) {
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const Case *one = &cases[i];
		AUTO(KnownHosts) *hosts = known_hosts_new();
		AUTO_FREE char *text = with_keys(one->text);
		Error err = {0};
		assert_ok(known_hosts_parse(hosts, str_from(text), "known_hosts", &err), &err);
		HostKeyCheck result = check(hosts, one->host, one->port);
		cr_assert(result.verdict == one->verdict, "%s: verdict %d, not %d", one->name, (int) result.verdict, (int) one->verdict);
		cr_assert(result.line == one->line, "%s: line %d, not %d", one->name, result.line, one->line);
	}
}

Test(known_hosts, a_changed_key_comes_with_both_fingerprints) {
	AUTO(KnownHosts) *hosts = known_hosts_new();
	AUTO_FREE char *text = with_keys("node1 $B\nnode2 $A\n");
	Error err = {0};
	assert_ok(known_hosts_parse(hosts, str_from(text), "hosts", &err), &err);
	HostKeyCheck changed = check(hosts, "node1", 22), known = check(hosts, "node2", 22);
	HostKeyCheck unknown = check(hosts, "node3", 22);
	/* As ssh-keygen -l prints them. */
	assert_text("offered", changed.offered, "SHA256:ycecTFElO4tMaWgqfHQDEUjUete0Tsl0wmvU/kkDXFc");
	assert_text("offered", unknown.offered, changed.offered);
	cr_assert(strncmp(changed.known, "SHA256:", 7) == 0 && strcmp(changed.known, changed.offered) != 0);
	assert_text("file", changed.file, "hosts");
	assert_text("nothing to compare", known.known, "");
	cr_assert_null(unknown.file);
}

Test(known_hosts, the_types_of_a_host_come_once_and_in_order) {
	AUTO(KnownHosts) *hosts = known_hosts_new();
	AUTO_CLEAR(StrList) types = {0};
	AUTO_FREE char *text = with_keys("@revoked * $B\nnode* $E\nnode1 $A\nnode1 $B\nother $A\n@cert-authority node1 $A\n");
	Error err = {0};
	assert_ok(known_hosts_parse(hosts, str_from(text), "hosts", &err), &err);
	known_hosts_types(hosts, "node1", 22, &types);
	AUTO_FREE char *all = strlist_join(&types, " ");
	assert_text("types", all, "ecdsa-sha2-nistp256 ssh-ed25519");
	cr_assert(known_hosts_has_authority(hosts, "node1", 22));
	cr_assert(!known_hosts_has_authority(hosts, "node2", 22));
	cr_assert_eq(known_hosts_skipped(hosts), 0u);
}

Test(known_hosts, several_files_count_and_missing_ones_are_none) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(KnownHosts) *hosts = known_hosts_new();
	AUTO_FREE char *first = with_keys("node1 $A\nnonsense\n"), *second = with_keys("\n@revoked node1 $A\n");
	const char *path = temp_write(&folder, "second", second);
	Error err = {0};
	assert_ok(known_hosts_load(hosts, temp_write(&folder, "first", first), &err), &err);
	assert_ok(known_hosts_load(hosts, temp_path(&folder, "none"), &err), &err);
	cr_assert_eq(check(hosts, "node1", 22).verdict, HOST_KEY_KNOWN);
	assert_ok(known_hosts_load(hosts, path, &err), &err);
	HostKeyCheck result = check(hosts, "node1", 22);
	cr_assert_eq(result.verdict, HOST_KEY_REVOKED);
	assert_text("file", result.file, path);
	cr_assert_eq(known_hosts_skipped(hosts), 1u);
	cr_assert(!known_hosts_load(hosts, folder.path, &err), "a folder was read as a file");
	assert_text("what", err.what, "read the known host keys");
}

/* ---- beside ssh-keygen -F ---- */

static const char *const lines[] = {
	"node1 $A", "Node1,x $A", "*.example.com $A", "*.example.com,!n1.example.com $A", "!n1.example.com,* $A", "node? $A", "[node1]:2222 $A",
	"[*]:2222 $A", "4a1:b2::11 $A", "[4a1:b2::11]:2222 $A", "4a1:* $A", "@revoked node* $A", "@cert-authority *.example.com $A", "* $A",
	"!* $A", "n1.* $A", "*1 $A", "a*b*c $A", "node1,!node1 $A", ",node1 $A", "@nobody node1 $A", "node1 ssh-ed25519",
};
#define LINES_UNREADABLE 2   /* at the end: ssh-keygen -H refuses a file that holds them */
static const char *const sought[] = {
	"node1", "NODE1", "node2", "node12", "n1.example.com", "n2.example.com", "4a1:b2::11", "4a1:b2::12", "axxbyyc", "axxbyy",
	"[node1]:2222", "[4a1:b2::11]:2222", "[node1]:22", "example.com",
};

static bool keygen_found(const char *out, int line) {
	AUTO_FREE char *found = bg_asprintf("found: line %d ", line);
	AUTO_FREE char *text = bg_strdup(out);
	for (char *c = text; *c; c++)
		if (*c == '\n')
			*c = ' ';
	return strstr(text, found) != NULL;
}

/* "host" or "[host]:port". */
static HostKeyVerdict verdict_of(const KnownHosts *hosts, const char *name) {
	Str text = str_from(name);
	int64_t port = 22;
	if (name[0] != '[')
		return check(hosts, name, 22).verdict;
	ptrdiff_t end = str_find(text, "]:");
	cr_assert(end > 0 && str_parse_int(str_slice(text, (size_t) end + 2, text.len), &port));
	AUTO_FREE char *host = str_dup(str_slice(text, 1, (size_t) end - 1));
	return check(hosts, host, (int) port).verdict;
}

static void compare(const char *path, const char *text) {
	for (size_t i = 0; i < BG_LENGTH(sought); i++) {
		/* What ssh does before it looks: lower case, and no port where it is 22. */
		bool is_node1 = strcmp(sought[i], "[node1]:22") == 0 || strcmp(sought[i], "NODE1") == 0;
		const char *name = is_node1 ? "node1" : sought[i];
		const char *argv[] = {"ssh-keygen", "-F", name, "-f", path, NULL};
		AUTO_CLEAR(ProgramRun) run = {0};
		run_program(argv, NULL, NULL, &run);
		int number = 0;
		for (Str rest = str_from(text), line; str_next_line(&rest, &line);) {
			AUTO(KnownHosts) *hosts = known_hosts_new();
			Error err = {0};
			assert_ok(known_hosts_parse(hosts, line, "line", &err), &err);
			number++;
			bool ours = verdict_of(hosts, sought[i]) != HOST_KEY_UNKNOWN, theirs = keygen_found(buf_text(&run.out), number);
			cr_assert(ours == theirs, "%s, \"%.*s\": we say %d, ssh-keygen %d\n%s", sought[i], STR_ARG(line), ours, theirs, buf_text(&run.out));
		}
	}
}

Test(known_hosts, every_line_names_the_hosts_that_ssh_keygen_finds) {
	if (!have_program("ssh-keygen"))
		cr_skip_test("ssh-keygen is not here");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Buf) all = {0};
	AUTO_CLEAR(Buf) readable = {0};
	for (size_t i = 0; i < BG_LENGTH(lines); i++) {
		AUTO_FREE char *line = with_keys(lines[i]);
		buf_printf(&all, "%s\n", line);
		buf_puts(&readable, i + LINES_UNREADABLE < BG_LENGTH(lines) ? line : "");
		buf_puts(&readable, "\n");
	}
	compare(temp_write(&folder, "known_hosts", buf_text(&all)), buf_text(&all));
	/* Plain names become hashed ones; lines with wildcards stay as they are. */
	const char *path = temp_write(&folder, "hashed", buf_text(&readable));
	const char *argv[] = {"ssh-keygen", "-H", "-f", path, NULL};
	AUTO_CLEAR(ProgramRun) run = {0};
	run_program(argv, NULL, NULL, &run);
	AUTO_FREE char *hashed = read_text(path);
	cr_assert(strstr(hashed, "|1|"), "ssh-keygen -H hashed nothing: %s", buf_text(&run.err));
	compare(path, hashed);
}
