/* Key files: what they sign is good for ssh-keygen; what cannot be used says how to sign anyway. */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/signoff/key_file.h"
#include "tool.h"

#define NAMESPACE "signoff@breakglass"

Test(key_file, ed25519_and_ecdsa_files_sign_and_ssh_keygen_agrees)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	for (size_t i = 0; i < 4; i++) {
		const char *path = tool_make_key(&folder, &TOOL_KEYS[i]);
		AUTO(PrivateKey) *key = NULL;
		Error err = { 0 };
		assert_ok(private_key_load(path, &key, &err), &err);
		AUTO_FREE char *comment = bg_asprintf("%s@test", TOOL_KEYS[i].name);
		cr_expect_str_eq(private_key_comment(key), comment);
		AUTO_FREE char *line = tool_public_line(path);
		AUTO_FREE char *allowed = bg_asprintf("alice %s\n", line);
		/* r and s of an ecdsa signature have their short and their signed-looking forms: many of each are tried. */
		for (int n = 0; n < 20; n++) {
			AUTO_FREE char *message = bg_asprintf("message %d\n", n);
			AUTO_CLEAR(Buf) armoured = { 0 };
			assert_ok(private_key_sign_message(key, NAMESPACE, str_from(message), &armoured, &err), &err);
			cr_assert(tool_verify(&folder, allowed, "alice", NAMESPACE, buf_text(&armoured), NULL, message), "%s", path);
		}
	}
}

static void expect_refusal(const char *path, const char *why, const char *hint)
{
	AUTO(PrivateKey) *key = NULL;
	Error err = { 0 };
	cr_assert(!private_key_load(path, &key, &err), "%s", path);
	cr_expect(strstr(err.why, why), "%s: %s", path, err.why);
	cr_expect(strstr(err.hint, hint), "%s: %s", path, err.hint);
	cr_expect(strstr(err.where, path), "%s", err.where);
}

Test(key_file, what_cannot_be_used_says_how_to_sign_anyway)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	expect_refusal(tool_make_key(&folder, &TOOL_KEYS[4]), "rsa key files", "ssh-add ");
	const char *locked = temp_path(&folder, "locked");
	cr_assert_eq(TOOL(NULL, NULL, "ssh-keygen", "-q", "-t", "ed25519", "-N", "secret words", "-f", locked), 0);
	expect_refusal(locked, "protected by a passphrase", "ssh-keygen -Y sign");
	const char *old = temp_path(&folder, "old");
	cr_assert_eq(TOOL(NULL, NULL, "ssh-keygen", "-q", "-t", "ecdsa", "-m", "PEM", "-N", "", "-f", old), 0);
	expect_refusal(old, "older format", "ssh-add ");
	const char *open = tool_make_key(&folder, &TOOL_KEYS[0]);
	cr_assert_eq(chmod(open, 0644), 0);
	expect_refusal(open, "others can read the file (mode 0644)", "chmod 600");
	const char *text = temp_write(&folder, "text", "hello\n");
	cr_assert_eq(chmod(text, 0600), 0);
	expect_refusal(text, "not a private key", "");
	expect_refusal(temp_path(&folder, "absent"), "cannot be opened", "");
}

Test(key_file, whoever_reads_one_leaves_no_core_file)
{
	AUTO(PrivateKey) *key = NULL;
	struct rlimit cores = { 1, 1 };
	Error err = { 0 };
	cr_assert(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 && !private_key_load("/nonexistent", &key, &err));
	cr_assert(getrlimit(RLIMIT_CORE, &cores) == 0 && cores.rlim_cur == 0 && cores.rlim_max == 0);
#ifndef __SANITIZE_ADDRESS__
	cr_assert_eq(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
#endif
}

Test(key_file, the_public_half_of_a_protected_file_can_be_read)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *locked = temp_path(&folder, "locked");
	cr_assert_eq(TOOL(NULL, NULL, "ssh-keygen", "-q", "-t", "ed25519", "-N", "secret words", "-f", locked), 0);
	AUTO_FREE char *line = tool_public_line(locked);
	for (int with_pub = 1; with_pub >= 0; with_pub--) {
		AUTO_CLEAR(PublicKey) key = { 0 };
		Error err = { 0 };
		assert_ok(private_key_read_public(locked, &key, &err), &err);
		AUTO_CLEAR(Buf) shown = { 0 };
		public_key_write_line(&key, &shown);
		cr_expect_str_eq(buf_text(&shown), line);
		AUTO_FREE char *public_path = bg_asprintf("%s.pub", locked);
		cr_assert_eq(remove(public_path), with_pub ? 0 : -1);
	}
}

Test(key_file, no_changed_byte_signs_as_somebody_else_or_crashes)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	for (size_t k = 0; k < 2; k++) {
		AUTO_FREE char *text = read_text(tool_make_key(&folder, &TOOL_KEYS[k]));
		Str body = str_from(text);
		size_t begin = strlen("-----BEGIN OPENSSH PRIVATE KEY-----\n");
		ptrdiff_t end = str_find(body, "-----END");
		AUTO_CLEAR(Buf) blob = { 0 };
		cr_assert(base64_decode(str_slice(body, begin, (size_t) end - begin), &blob));
		for (size_t at = 0; at < blob.len; at++) {
			blob.data[at] = (char) (blob.data[at] ^ 0x11);
			AUTO_CLEAR(Buf) changed = { 0 };
			buf_puts(&changed, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
			base64_encode(blob.data, blob.len, &changed);
			buf_puts(&changed, "\n-----END OPENSSH PRIVATE KEY-----\n");
			AUTO(PrivateKey) *key = NULL;
			AUTO_CLEAR(Buf) armoured = { 0 };
			Error err = { 0 };
			if (private_key_parse(buf_str(&changed), "k", &key, &err)
				&& !private_key_sign_message(key, NAMESPACE, STR("m"), &armoured, &err))
				cr_expect(strstr(err.why, "do not fit"), "%s", err.why);
			blob.data[at] = (char) (blob.data[at] ^ 0x11);
		}
	}
}
