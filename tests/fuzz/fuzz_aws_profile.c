/* AWS's two files, one after the other in the input with a line "----" between them: credentials that are whole, or a refusal without what is secret. */
#include <stdlib.h>

#include "fuzz.h"
#include "core/environment/aws_profile.h"
#include "core/environment/ini.h"

/* What a credential_process would print: the rest of its own command line. */
static bool answer(void *userdata, char *const *argv, Buf *ret_output, Error *err)
{
	(void) userdata;
	for (size_t i = 1; argv[i]; i++)
		buf_puts(ret_output, argv[i]);
	return ret_output->len || error_set(err, ERROR_IO, "the program printed nothing");
}

static void check_ini(Str text)
{
	AUTO_CLEAR(Ini) ini = { 0 };
	ini_parse(text, &ini);
	for (size_t i = 0; i < ini.count; i++) {
		const char *found = ini_find(&ini, ini.entries[i].section, ini.entries[i].key);
		BG_ASSERT(found || !ini.entries[i].value[0] || ini.entries[i].value);
		BG_ASSERT(ini_has_section(&ini, ini.entries[i].section));
	}
}

static void resolve(const SecretSource *source)
{
	AUTO_CLEAR(AwsCredentials) credentials = { 0 };
	Error err = { 0 };
	if (!aws_credentials_resolve(source, answer, NULL, &credentials, &err)) {
		fuzz_refused(&err);
		BG_ASSERT(!strstr(err.why, "hush-hush") && !strstr(err.hint, "hush-hush") && !strstr(err.where, "hush-hush"));
		return;
	}
	BG_ASSERT(credentials.access_key_id && credentials.secret_key && credentials.region);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str text = { (const char *) data, size };
	ptrdiff_t cut = str_find(text, "\n----\n");
	check_ini(text);
	Str first = cut < 0 ? text : str_slice(text, 0, (size_t) cut + 1), second = cut < 0 ? STR("") : str_slice(text, (size_t) cut + 6, size);
	AUTO_FREE char *credentials = fuzz_path("aws-credentials");
	AUTO_FREE char *config = fuzz_path("aws-config");
	fuzz_write("aws-credentials", first);
	fuzz_write("aws-config", second);
	BG_ASSERT(setenv("AWS_SHARED_CREDENTIALS_FILE", credentials, 1) == 0 && setenv("AWS_CONFIG_FILE", config, 1) == 0);
	BG_ASSERT(unsetenv("AWS_ACCESS_KEY_ID") == 0 && unsetenv("AWS_SECRET_ACCESS_KEY") == 0 && unsetenv("AWS_PROFILE") == 0);
	char named[] = "drill";
	resolve(NULL);
	resolve(&(SecretSource) { .kind = SECRET_SOURCE_PROFILE, .text = named });
	return 0;
}
