/* shared_key.c: Shared Key signatures. For a GET without a body all twelve lines of standard headers but the verb are empty: the date goes in
 * x-ms-date. The account stands before the path even where an emulator has it in the path as well. */
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/providers/azure/azure.h"

#define EMPTY_HEADERS "\n\n\n\n\n\n\n\n\n\n\n\n"

bool azure_shared_key(const char *account, const Secret *key, Str path, const AzureField *fields, size_t count, const char *date,
	const char *version, Secret **ret_authorization, Error *err) {
	AUTO_CLEAR(Buf) to_sign = {0};
	AUTO_CLEAR(Buf) bytes = {0};
	AUTO_CLEAR(Buf) text = {0};
	unsigned char signature[SHA256_BYTES];
	buf_reserve(&bytes, secret_len(key));   /* no half copy stays behind in freed memory */
	if (!base64_decode(str_from(secret_reveal(key)), &bytes) || !bytes.len) {
		error_set(err, ERROR_INVALID, "the account key is not in base64 (%s)", secret_origin(key));
		return error_hint(err, "look at where it comes from: take key1 or key2 of the storage account, whole");
	}
	buf_printf(&to_sign, "GET" EMPTY_HEADERS "x-ms-date:%s\nx-ms-version:%s\n/%s%.*s", date, version, account, STR_ARG(path));
	for (size_t i = 0; i < count; i++)
		buf_printf(&to_sign, "\n%s:%s", fields[i].name, fields[i].value);
	hmac_sha256(bytes.data, bytes.len, to_sign.data, to_sign.len, signature);
	secret_wipe(bytes.data, bytes.len);
	buf_printf(&text, "SharedKey %s:", account);
	base64_encode(signature, sizeof(signature), &text);
	*ret_authorization = secret_new(buf_str(&text), "signature of a request");
	return true;
}
