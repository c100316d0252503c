/* certificate.c: reads what follows the key in a certificate and checks the authority's signature over all of it. */
#include "core/signoff/certificate.h"

#include <inttypes.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/signoff/key_types.h"

enum { CERTIFICATE_USER = 1, CERTIFICATE_HOST = 2 };

static bool fail_form(Error *err)
{
	return error_set(err, ERROR_INVALID, "the certificate is not well formed");
}

/* A text of a certificate: no NUL, or two readers would see two names. */
static char *take_text(WireReader *reader)
{
	Str text = wire_string(reader);
	if (text.len && memchr(text.ptr, 0, text.len))
		reader->failed = true;
	return reader->failed ? NULL : str_dup(text);
}

static bool read_principals(WireReader *reader, Certificate *certificate)
{
	WireReader names = wire_reader(wire_string(reader));
	while (!reader->failed && names.rest.len) {
		char *name = take_text(&names);
		if (!name || certificate->principals.count == CERTIFICATE_MAX_PRINCIPALS) {
			free(name);
			return false;
		}
		strlist_add_take(&certificate->principals, name);
	}
	return !reader->failed;
}

/* Pairs of name and data; *ret_first (NULL ok) the first name, cleaned. */
static bool read_options(WireReader *reader, char **ret_first)
{
	WireReader options = wire_reader(wire_string(reader));
	while (!reader->failed && options.rest.len) {
		Str name = wire_string(&options);
		wire_string(&options);
		if (options.failed)
			return false;
		AUTO_CLEAR(Buf) shown = { 0 };
		text_sanitise(str_slice(name, 0, 60), SANITISE_LINE, &shown);
		if (ret_first && !*ret_first)
			*ret_first = bg_strdup(buf_text(&shown));
	}
	return !reader->failed;
}

static bool read_fields(WireReader *reader, Certificate *certificate, Str *ret_authority)
{
	certificate->serial = wire_u64(reader);
	uint32_t kind = wire_u32(reader);
	certificate->is_host = kind == CERTIFICATE_HOST;
	certificate->key_id = take_text(reader);
	if (reader->failed || (kind != CERTIFICATE_USER && kind != CERTIFICATE_HOST) || !read_principals(reader, certificate))
		return false;
	certificate->valid_after = wire_u64(reader);
	certificate->valid_before = wire_u64(reader);
	if (!read_options(reader, &certificate->critical_option) || !read_options(reader, NULL))
		return false;
	wire_string(reader);                                         /* reserved */
	*ret_authority = wire_string(reader);
	return !reader->failed;
}

static bool parse_authority(Str blob, PublicKey *ret_key, Error *err)
{
	WireReader reader = wire_reader(blob);
	bool certified = false;
	/* One certificate deep, as OpenSSH: an authority is a plain key. */
	if (key_type_find(wire_string(&reader), &certified) && certified)
		return error_set(err, ERROR_INVALID, "the certificate's authority is a certificate itself");
	return public_key_parse(blob, ret_key, err);
}

bool certificate_read(Str blob, WireReader *reader, Certificate **ret_certificate, Error *err)
{
	Certificate *certificate = bg_calloc(1, sizeof *certificate);
	Str authority = STR("");
	bool ok = read_fields(reader, certificate, &authority) ? parse_authority(authority, &certificate->authority, err) : fail_form(err);
	size_t covered = blob.len - reader->rest.len;
	Str signature = wire_string(reader);
	SignatureFacts facts = { 0 };
	if (ok && reader->failed)
		ok = fail_form(err);
	if (ok && !public_key_verify(&certificate->authority, signature, str_slice(blob, 0, covered), &facts, err))
		ok = error_set(err, ERROR_DENIED, "the certificate is not signed by the authority that it names");
	if (!ok) {
		certificate_free(certificate);
		return false;
	}
	*ret_certificate = certificate;
	return true;
}

bool certificate_counts(const Certificate *certificate, const char *principal, WallTime at, Error *err)
{
	uint64_t second = at.ms < 0 ? 0 : (uint64_t) at.ms / 1000;
	if (certificate->is_host)
		return error_set(err, ERROR_DENIED, "the certificate is one of a host, not of a person");
	if (second < certificate->valid_after)
		return error_set(err, ERROR_DENIED, "the certificate's time had not come");
	if (second >= certificate->valid_before)
		return error_set(err, ERROR_DENIED, "the certificate's time had passed");
	if (!certificate->principals.count)
		return error_set(err, ERROR_DENIED, "the certificate names nobody");
	if (!strlist_has(&certificate->principals, principal))
		return error_set(err, ERROR_DENIED, "the certificate is not for %.60s", principal);
	if (certificate->critical_option)
		return error_set(err, ERROR_DENIED, "the certificate has the critical option %.40s", certificate->critical_option);
	return true;
}

Certificate *certificate_free(Certificate *certificate)
{
	if (!certificate)
		return NULL;
	public_key_clear(&certificate->authority);
	free(certificate->plain);
	free(certificate->key_id);
	strlist_clear(&certificate->principals);
	free(certificate->critical_option);
	free(certificate);
	return NULL;
}
