/* Secrets: kept whole, wiped, and never without an origin. */
#include "core/base/secret.h"

#include "tests/support/support.h"

Test(secret, keeps_its_bytes)
{
	AUTO(Secret) *secret = secret_new(STR("hunter2"), "concourse token of ci");
	assert_text("bytes", secret_reveal(secret), "hunter2");
	assert_text("origin", secret_origin(secret), "concourse token of ci");
	cr_assert(secret_len(secret) == 7);
}

Test(secret, may_be_empty_or_large_or_none)
{
	AUTO(Secret) *empty = secret_new(STR(""), "nothing");
	assert_text("empty", secret_reveal(empty), "");
	AUTO_CLEAR(Buf) text = { 0 };
	while (text.len < 8192)
		buf_puts(&text, "0123456789abcdef");
	AUTO(Secret) *large = secret_new(buf_str(&text), "a key");
	assert_text("large", secret_reveal(large), buf_text(&text));
	cr_assert(secret_reveal(NULL) == NULL && secret_len(NULL) == 0 && secret_free(NULL) == NULL);
	assert_text("no origin", secret_origin(NULL), "");
}

Test(secret, wipes_memory)
{
	char bytes[] = "hunter2";
	secret_wipe(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		cr_assert(bytes[i] == 0);
	secret_wipe(NULL, 0);
	secret_harden_process();
}
