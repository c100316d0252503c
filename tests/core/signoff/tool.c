#include "tool.h"

#include "core/base/alloc.h"

const ToolKey TOOL_KEYS[] = {
	{ "ed25519", "ed25519", NULL }, { "ecdsa256", "ecdsa", "256" }, { "ecdsa384", "ecdsa", "384" },
	{ "ecdsa521", "ecdsa", "521" }, { "rsa2048", "rsa", "2048" }, { "rsa3072", "rsa", "3072" },
};
const size_t TOOL_KEY_COUNT = BG_LENGTH(TOOL_KEYS);

int tool_run(const char *const *argv, const char *input, Buf *output)
{
	AUTO_CLEAR(ProgramRun) run = { 0 };
	run_program(argv, input, NULL, &run);
	if (output) {
		buf_put_str(output, buf_str(&run.out));
		buf_put_str(output, buf_str(&run.err));
	}
	return run.status;
}

const char *tool_make_key(TempFolder *folder, const ToolKey *key)
{
	const char *path = temp_path(folder, key->name);
	AUTO_CLEAR(Buf) output = { 0 };
	AUTO_FREE char *comment = bg_asprintf("%s@test", key->name);
	int code = key->bits ? TOOL(NULL, &output, "ssh-keygen", "-q", "-t", key->type, "-b", key->bits, "-N", "", "-C", comment, "-f", path)
		: TOOL(NULL, &output, "ssh-keygen", "-q", "-t", key->type, "-N", "", "-C", comment, "-f", path);
	cr_assert_eq(code, 0, "ssh-keygen: %s", buf_text(&output));
	return path;
}

char *tool_public_line(const char *path)
{
	AUTO_FREE char *public_path = bg_asprintf("%s.pub", path);
	AUTO_FREE char *text = read_text(public_path);
	Str rest = str_from(text), type, base64;
	cr_assert(str_split(&rest, ' ', &type) && str_split(&rest, ' ', &base64));
	base64 = str_trim(base64);
	return bg_asprintf("%.*s %.*s", STR_ARG(type), STR_ARG(base64));
}

char *tool_sign(const char *key_path, const char *name_space, const char *hash, const char *message)
{
	AUTO_CLEAR(Buf) output = { 0 };
	AUTO_FREE char *option = bg_asprintf("hashalg=%s", hash);
	int code = TOOL(message, &output, "ssh-keygen", "-q", "-Y", "sign", "-f", key_path, "-n", name_space, "-O", option);
	cr_assert_eq(code, 0, "ssh-keygen -Y sign: %s", buf_text(&output));
	ptrdiff_t begin = str_find(buf_str(&output), "-----BEGIN");
	cr_assert(begin >= 0, "%s", buf_text(&output));
	return bg_strdup(buf_text(&output) + begin);
}

bool tool_verify_with(TempFolder *folder, const ToolVerify *asked)
{
	AUTO_CLEAR(Buf) output = { 0 };
	const char *allowed = temp_write(folder, "allowed", asked->allowed), *signature = temp_write(folder, "signature", asked->signature);
	AUTO_FREE char *time = bg_asprintf("verify-time=%s", asked->verify_time ? asked->verify_time : "");
	const char *argv[16] = { "ssh-keygen", "-Y", "verify", "-f", allowed, "-I", asked->identity, "-n", asked->name_space, "-s", signature };
	size_t count = 11;
	const char *revoked = asked->revoked ? temp_write(folder, "revoked", asked->revoked) : asked->revoked_path;
	if (asked->verify_time)
		argv[count++] = "-O", argv[count++] = time;
	if (revoked)
		argv[count++] = "-r", argv[count++] = revoked;
	int code = tool_run(argv, asked->message, &output);
	bool good = str_find(buf_str(&output), "Good \"") >= 0;
	cr_assert_eq(good, code == 0, "%s", buf_text(&output));
	return good;
}

bool tool_verify(TempFolder *folder, const char *allowed, const char *identity, const char *name_space, const char *signature,
	const char *verify_time, const char *message)
{
	ToolVerify asked = { .allowed = allowed, .identity = identity, .name_space = name_space, .signature = signature,
		.verify_time = verify_time, .message = message };
	return tool_verify_with(folder, &asked);
}
