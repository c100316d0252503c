/* Signatures: what ssh-keygen makes is good here, what is changed is not, and both sides always agree. */
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/signoff/sshsig.h"
#include "core/signoff/wire.h"
#include "soft_key.h"
#include "tool.h"

#define NAMESPACE "signoff@breakglass"

static bool ours(const char *armoured, const char *name_space, Str message, Error *err)
{
	AUTO_CLEAR(SshSig) sig = { 0 };
	SignatureFacts facts = { 0 };
	return sshsig_parse(str_from(armoured), &sig, err) && sshsig_verify(&sig, name_space, message, &facts, err);
}

Test(sshsig, signatures_of_every_kind_by_ssh_keygen_are_good)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	static const char *const hashes[] = { "sha512", "sha256" };
	for (size_t i = 0; i < TOOL_KEY_COUNT; i++) {
		const char *path = tool_make_key(&folder, &TOOL_KEYS[i]);
		for (size_t h = 0; h < BG_LENGTH(hashes); h++) {
			AUTO_FREE char *signature = tool_sign(path, NAMESPACE, hashes[h], "break the glass\n");
			Error err = { 0 };
			assert_ok(ours(signature, NAMESPACE, STR("break the glass\n"), &err), &err);
			assert_refused(ours(signature, NAMESPACE, STR("break the glass \n"), &err), &err, ERROR_DENIED, "does not fit");
			assert_refused(ours(signature, "file", STR("break the glass\n"), &err), &err, ERROR_DENIED, "namespace");
		}
	}
}

Test(sshsig, fingerprints_are_those_of_ssh_keygen)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	for (size_t i = 0; i < TOOL_KEY_COUNT; i++) {
		const char *path = tool_make_key(&folder, &TOOL_KEYS[i]);
		AUTO_CLEAR(Buf) shown = { 0 };
		cr_assert_eq(TOOL(NULL, &shown, "ssh-keygen", "-l", "-f", path), 0);
		AUTO_FREE char *line = tool_public_line(path);
		AUTO_CLEAR(PublicKey) key = { 0 };
		Error err = { 0 };
		Str comment = STR("x");
		assert_ok(public_key_parse_line(str_from(line), &key, &comment, &err), &err);
		cr_expect_eq(comment.len, 0u);
		char fingerprint[FINGERPRINT_SIZE];
		cr_expect(str_find(buf_str(&shown), public_key_fingerprint(&key, fingerprint)) >= 0, "%s", fingerprint);
		AUTO_CLEAR(Buf) again = { 0 };
		public_key_write_line(&key, &again);
		cr_expect_str_eq(buf_text(&again), line);
	}
}

/* ---- hostile bytes ---- */

static void armour_blob(Str blob, Buf *out)
{
	buf_puts(out, "-----BEGIN SSH SIGNATURE-----\n");
	base64_encode(blob.ptr, blob.len, out);
	buf_puts(out, "\n-----END SSH SIGNATURE-----\n");
}

static void blob_of(const char *armoured, Buf *out)
{
	Str text = str_from(armoured);
	size_t begin = strlen("-----BEGIN SSH SIGNATURE-----\n");
	ptrdiff_t end = str_find(text, "-----END");
	cr_assert(end > 0 && base64_decode(str_slice(text, begin, (size_t) end - begin), out));
}

/* Every byte of the blob is inside the signature or part of what it is about, so no changed one may still be good. */
Test(sshsig, no_changed_or_missing_byte_passes)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	for (size_t k = 0; k < 5; k++) {
		const char *path = tool_make_key(&folder, &TOOL_KEYS[k]);
		AUTO_FREE char *signature = tool_sign(path, NAMESPACE, "sha512", "m");
		AUTO_FREE char *line = tool_public_line(path);
		AUTO_CLEAR(PublicKey) key = { 0 };
		Error err = { 0 };
		assert_ok(public_key_parse_line(str_from(line), &key, NULL, &err), &err);
		AUTO_CLEAR(Buf) blob = { 0 };
		blob_of(signature, &blob);
		for (size_t at = 0; at < blob.len; at++) {
			for (int bit = 0; bit < 8; bit += 7) {
				blob.data[at] = (char) (blob.data[at] ^ (1 << bit));
				AUTO_CLEAR(Buf) armoured = { 0 };
				AUTO_CLEAR(SshSig) sig = { 0 };
				SignatureFacts facts = { 0 };
				armour_blob(buf_str(&blob), &armoured);
				bool good = sshsig_parse(buf_str(&armoured), &sig, &err) && str_eq(public_key_blob(&sig.key), public_key_blob(&key))
					&& sshsig_verify(&sig, NAMESPACE, STR("m"), &facts, &err);
				cr_assert(!good, "%s: bit %d of byte %zu does not matter", TOOL_KEYS[k].name, bit, at);
				blob.data[at] = (char) (blob.data[at] ^ (1 << bit));
			}
		}
		for (size_t len = 0; len < blob.len; len++) {
			AUTO_CLEAR(Buf) armoured = { 0 };
			AUTO_CLEAR(SshSig) sig = { 0 };
			armour_blob(str_slice(buf_str(&blob), 0, len), &armoured);
			cr_assert(!sshsig_parse(buf_str(&armoured), &sig, &err), "%s cut to %zu bytes parses", TOOL_KEYS[k].name, len);
		}
	}
}

static const struct { const char *name, *text, *why; } malformed[] = {
	{ "empty", "", "does not begin" },
	{ "other armour", "-----BEGIN PGP SIGNATURE-----\nAAAA\n-----END PGP SIGNATURE-----\n", "does not begin" },
	{ "no end", "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n", "no line" },
	{ "no newline before the end", "-----BEGIN SSH SIGNATURE-----U1NIU0lH-----END SSH SIGNATURE-----", "no line" },
	{ "not base64", "-----BEGIN SSH SIGNATURE-----\n$$$$\n-----END SSH SIGNATURE-----\n", "base64" },
	{ "text after", "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\nx", "text follows" },
	{ "empty blob", "-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----\n", "not an SSH signature" },
	{ "only the magic", "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n", "ends too early" },
};

Test(sshsig, malformed_armour_says_what_is_wrong)
{
	for (size_t i = 0; i < BG_LENGTH(malformed); i++) {
		AUTO_CLEAR(SshSig) sig = { 0 };
		Error err = { 0 };
		cr_assert(!sshsig_parse(str_from(malformed[i].text), &sig, &err), "%s", malformed[i].name);
		cr_expect(strstr(err.why, malformed[i].why), "%s: %s", malformed[i].name, err.why);
	}
}

typedef struct Blob { const char *name; uint32_t version; const char *name_space, *reserved, *hash, *trailing, *why; } Blob;
static const Blob blobs[] = {
	{ "as it should be", 1, "n", "", "sha512", "", NULL },
	{ "newer version", 2, "n", "", "sha512", "", "newer than version 1" },
	{ "version 0", 0, "n", "", "sha512", "", "newer than version 1" },
	{ "no namespace", 1, "", "", "sha512", "", "namespace" },
	{ "namespace with a line break", 1, "a\nb", "", "sha512", "", "namespace" },
	{ "reserved bytes", 1, "n", "x", "sha512", "", "reserved" },
	{ "weak hash", 1, "n", "", "sha1", "", "hash" },
	{ "bytes behind", 1, "n", "", "sha512", "x", "bytes follow" },
};

Test(sshsig, every_field_of_the_blob_is_checked)
{
	const SoftKey kind = { "sk-ssh-ed25519@openssh.com", 1, NULL, NULL };
	AUTO_CLEAR(SoftSignature) device = { 0 };
	soft_sign(&kind, "n", STR("m"), &device);
	for (size_t i = 0; i < BG_LENGTH(blobs); i++) {
		AUTO_CLEAR(Buf) blob = { 0 };
		AUTO_CLEAR(Buf) armoured = { 0 };
		buf_puts(&blob, "SSHSIG");
		wire_put_u32(&blob, blobs[i].version);
		wire_put_string(&blob, buf_str(&device.key_blob));
		wire_put_string(&blob, str_from(blobs[i].name_space));
		wire_put_string(&blob, str_from(blobs[i].reserved));
		wire_put_string(&blob, str_from(blobs[i].hash));
		wire_put_string(&blob, buf_str(&device.signature));
		buf_puts(&blob, blobs[i].trailing);
		armour_blob(buf_str(&blob), &armoured);
		AUTO_CLEAR(SshSig) sig = { 0 };
		Error err = { 0 };
		bool good = sshsig_parse(buf_str(&armoured), &sig, &err);
		cr_expect_eq(good, !blobs[i].why, "%s: %s", blobs[i].name, err.why);
		if (!good && blobs[i].why)
			cr_expect(strstr(err.why, blobs[i].why), "%s: %s", blobs[i].name, err.why);
	}
}

Test(sshsig, keys_that_are_no_keys_are_refused)
{
	static const struct { const char *name, *line, *why; } cases[] = {
		{ "dss", "ssh-dss AAAA", "cannot sign here" },
		{ "a certificate", "ssh-ed25519-cert-v01@openssh.com AAAA", "ends too early" },
		{ "no base64", "ssh-ed25519", "base64" },
		{ "bad base64", "ssh-ed25519 A===", "base64" },
		{ "another kind inside", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "the line says ssh-rsa" },
		{ "cut", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA", "wrong length" },
		{ "bytes behind", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", "bytes follow" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(PublicKey) key = { 0 };
		Error err = { 0 };
		cr_assert(!public_key_parse_line(str_from(cases[i].line), &key, NULL, &err), "%s", cases[i].name);
		cr_expect(strstr(err.why, cases[i].why), "%s: %s", cases[i].name, err.why);
	}
}

Test(sshsig, a_point_off_its_curve_is_no_key)
{
	AUTO_CLEAR(Buf) blob = { 0 };
	char point[65];
	memset(point, 1, sizeof point);
	point[0] = 4;
	wire_put_string(&blob, STR("ecdsa-sha2-nistp256"));
	wire_put_string(&blob, STR("nistp256"));
	wire_put_string(&blob, (Str){ point, sizeof point });
	AUTO_CLEAR(Buf) raw = { 0 };
	wire_put_mpint(&raw, STR("\x01"));
	wire_put_mpint(&raw, STR("\x01"));
	AUTO_CLEAR(Buf) signature = { 0 };
	wire_put_string(&signature, STR("ecdsa-sha2-nistp256"));
	wire_put_string(&signature, buf_str(&raw));
	AUTO_CLEAR(PublicKey) key = { 0 };
	SignatureFacts facts = { 0 };
	Error err = { 0 };
	assert_ok(public_key_parse(buf_str(&blob), &key, &err), &err);
	assert_refused(public_key_verify(&key, buf_str(&signature), STR("m"), &facts, &err), &err, ERROR_INVALID, "not a key");
}

Test(sshsig, a_small_rsa_key_is_refused_with_the_way_out)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const ToolKey small = { "rsa1024", "rsa", "1024" };
	AUTO_FREE char *line = tool_public_line(tool_make_key(&folder, &small));
	AUTO_CLEAR(PublicKey) key = { 0 };
	Error err = { 0 };
	assert_refused(public_key_parse_line(str_from(line), &key, NULL, &err), &err, ERROR_INVALID, "1024 bits, fewer than 2048");
	cr_expect(strstr(err.hint, "ed25519"));
}
