/* Accepting a host key: which lines of known_hosts go, which stay, and what is refused. Afterwards known_hosts_check() says known. */
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/signoff/wire.h"
#include "core/transport/ssh/known_hosts.h"
#include "core/transport/ssh/known_hosts_accept.h"
#include "tests/support/support.h"

static Buf blob_of(const char *type, char fill) {
	char bytes[32];
	memset(bytes, fill, sizeof(bytes));
	Buf blob = {0};
	wire_put_string(&blob, str_from(type));
	wire_put_string(&blob, (Str){bytes, sizeof(bytes)});
	return blob;
}

/* $A and $B are ed25519 keys, $E is an ecdsa key. */
static char *with_keys(const char *text) {
	Buf out = {0};
	for (const char *c = text; *c; c++) {
		if (*c != '$') {
			buf_putc(&out, *c);
			continue;
		}
		const char *type = *++c == 'E' ? "ecdsa-sha2-nistp256" : "ssh-ed25519";
		AUTO_CLEAR(Buf) blob = blob_of(type, *c);
		buf_printf(&out, "%s ", type);
		base64_encode(blob.data, blob.len, &out);
	}
	return buf_take(&out);
}

typedef struct Case {
	const char *name, *first, *second;           /* the files; NULL = not there */
	const char *first_after, *second_after;      /* NULL first_after = refused, and */
	const char *why;                             /* says so; else how many lines were taken out, as a digit */
} Case;

#define HOST "4a1:b2::11"

static const Case cases[] = {
	{"new, no file", NULL, NULL, HOST " $A\n", NULL, "0"},
	{"new, others are kept", "# ours\nother $B\n\n", NULL, "# ours\nother $B\n\n" HOST " $A\n", NULL, "0"},
	{"no newline at the end", "other $B", NULL, "other $B\n" HOST " $A\n", NULL, "0"},
	{"changed", HOST " $B comment\nother $B\n", NULL, "other $B\n" HOST " $A\n", NULL, "1"},
	{"changed twice", HOST " $B\n" HOST " $C\n", NULL, HOST " $A\n", NULL, "2"},
	{"changed in the second file", "other $B\n", HOST " $B\n", "other $B\n", HOST " $A\n", "1"},
	{"spelt otherwise", "04A1:b2:0::11 $B\n", NULL, HOST " $A\n", NULL, "1"},
	{"another type stays", HOST " $E\n", NULL, HOST " $E\n" HOST " $A\n", NULL, "0"},
	{"a line for several", HOST ",other $B\n", NULL, NULL, NULL, "names other machines, too"},
	{"a wildcard", "4a1:* $B\n", NULL, NULL, NULL, "names other machines, too"},
	{"revoked", "@revoked * $A\n", NULL, NULL, NULL, "this key is revoked"},
	{"revoked in the second file", HOST " $B\n", "@revoked " HOST " $A\n", NULL, NULL, "this key is revoked"},
	{"another key is revoked", "@revoked * $B\n", NULL, "@revoked * $B\n" HOST " $A\n", NULL, "0"},
	{"what is not understood stays", "nonsense\n" HOST " $B\n", NULL, "nonsense\n" HOST " $A\n", NULL, "1"},
};

static void put(TempFolder *folder, const char *name, const char *text) {
	AUTO_FREE char *whole = text ? with_keys(text) : NULL;
	if (whole)
		temp_write(folder, name, whole);
}

static void expect_file(const Case *one, const char *path, const char *expected) {
	AUTO_FREE char *wanted = expected ? with_keys(expected) : NULL;
	AUTO_FREE char *text = file_exists(path) ? read_text(path) : NULL;
	if (wanted)
		assert_text(one->name, text, wanted);
	else
		cr_expect(!text, "%s: %s was made", one->name, path);
}

static void expect_known(const Case *one, const StrList *files) {
	AUTO(KnownHosts) *known = known_hosts_new();
	AUTO_CLEAR(Buf) blob = blob_of("ssh-ed25519", 'A');
	HostKeyCheck check = {0};
	for (size_t i = 0; i < files->count; i++)
		cr_assert(known_hosts_load(known, files->items[i], NULL));
	known_hosts_check(known, HOST, 22, buf_str(&blob), &check);
	cr_expect(check.verdict == HOST_KEY_KNOWN, "%s: verdict %d", one->name, (int) check.verdict);
}

Test(known_hosts_accept, one_key_takes_the_place_of_another) {
	AUTO_FREE char *key = with_keys("$A");
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const Case *one = &cases[i];
		AUTO_CLEAR(TempFolder) folder = temp_folder();
		AUTO_CLEAR(StrList) files = {0};
		AUTO_CLEAR(StrList) removed = {0};
		AUTO_CLEAR(StrList) again = {0};
		Error err = {0};
		strlist_add(&files, temp_path(&folder, "ssh/first"));
		strlist_add(&files, temp_path(&folder, "ssh/second"));
		put(&folder, "ssh/first", one->first);
		put(&folder, "ssh/second", one->second);
		bool can = known_hosts_accept(&files, HOST, 22, key, false, &again, &err);
		expect_file(one, files.items[0], one->first);
		expect_file(one, files.items[1], one->second);
		bool done = known_hosts_accept(&files, HOST, 22, key, true, &removed, &err);
		cr_expect(can == done && done == (one->first_after != NULL), "%s: %d, %d, %s", one->name, can, done, err.why);
		if (!done) {
			cr_expect(strstr(err.why, one->why) && *err.where && *err.hint, "%s: %s", one->name, err.why);
			expect_file(one, files.items[0], one->first);
			continue;
		}
		cr_expect(removed.count == (size_t) (one->why[0] - '0'), "%s: %zu taken out", one->name, removed.count);
		expect_file(one, files.items[0], one->first_after);
		expect_file(one, files.items[1], one->second_after);
		expect_known(one, &files);
	}
}

Test(known_hosts_accept, another_port_is_another_name) {
	AUTO_FREE char *key = with_keys("$A");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(StrList) files = {0};
	AUTO_CLEAR(StrList) removed = {0};
	Error err = {0};
	strlist_add(&files, temp_path(&folder, "hosts"));
	put(&folder, "hosts", "[" HOST "]:2222 $B\n" HOST " $B\n");
	assert_ok(known_hosts_accept(&files, HOST, 2222, key, true, &removed, &err), &err);
	AUTO_FREE char *wanted = with_keys(HOST " $B\n[" HOST "]:2222 $A\n");
	AUTO_FREE char *text = read_text(files.items[0]);
	assert_text("the file", text, wanted);
}

Test(known_hosts_accept, a_link_stays_and_so_does_the_mode) {
	AUTO_FREE char *key = with_keys("$A");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(StrList) files = {0};
	AUTO_CLEAR(StrList) removed = {0};
	Error err = {0};
	struct stat status;
	const char *real = temp_write(&folder, "dotfiles/known_hosts", "");
	strlist_add(&files, temp_path(&folder, "known_hosts"));
	cr_assert(chmod(real, 0644) == 0 && symlink(real, files.items[0]) == 0);
	assert_ok(known_hosts_accept(&files, HOST, 22, key, true, &removed, &err), &err);
	cr_assert(lstat(files.items[0], &status) == 0 && S_ISLNK(status.st_mode));
	cr_assert(stat(real, &status) == 0 && (status.st_mode & 0777) == 0644 && status.st_size > 0);
}
