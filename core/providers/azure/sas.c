/* sas.c: what a shared access signature says of itself: from when to when, and what it permits. All of it is readable but the signature;
 * the whole of it is a secret. */
#include <string.h>

#include "core/providers/azure/azure.h"
#include "core/transport/url.h"

static void keep(char *to, size_t size, Str text) {
	Str part = str_slice(text, 0, size - 1);
	memcpy(to, part.ptr, part.len);
	to[part.len] = '\0';
}

/* "2030-01-01", "2030-01-01T00:00Z" and with seconds: all that Azure takes. */
static bool read_time(Str text, WallTime *ret) {
	AUTO_CLEAR(Buf) whole = {0};
	buf_put_str(&whole, text);
	if (text.len == strlen("2030-01-01"))
		buf_puts(&whole, "T00:00:00Z");
	else if (text.len == strlen("2030-01-01T00:00Z") && str_ends(text, "Z")) {
		buf_truncate(&whole, text.len - 1);
		buf_puts(&whole, ":00Z");
	}
	return wall_parse_iso(buf_str(&whole), ret);
}

static bool take_field(Str name, Str value, AzureSas *sas) {
	if (str_eq_c(name, "st"))
		return read_time(value, &sas->starts);
	if (str_eq_c(name, "se"))
		return read_time(value, &sas->expires);
	if (str_eq_c(name, "sp"))
		keep(sas->permissions, sizeof(sas->permissions), value);
	else if (str_eq_c(name, "sr"))
		keep(sas->resource, sizeof(sas->resource), value);
	else if (str_eq_c(name, "ss"))
		keep(sas->services, sizeof(sas->services), value);
	else if (str_eq_c(name, "srt"))
		keep(sas->types, sizeof(sas->types), value);
	else if (str_eq_c(name, "spr"))
		sas->https_only = str_eq_c(value, "https");
	else if (str_eq_c(name, "si"))
		sas->by_policy = value.len > 0;
	else if (str_eq_c(name, "sig"))
		sas->has_signature = value.len > 0;
	return true;
}

bool azure_sas_parse(Str query, AzureSas *ret, Error *err) {
	AzureSas sas = {0};
	Str rest = str_starts(query, "?") ? str_slice(query, 1, query.len) : query, field;
	bool whole = rest.len > 0 && !str_starts(rest, "http");
	for (size_t i = 0; i < rest.len; i++)
		whole = whole && (unsigned char) rest.ptr[i] > ' ' && (unsigned char) rest.ptr[i] < 0x7f && rest.ptr[i] != '#';
	while (whole && rest.len && str_split(&rest, '&', &field)) {
		ptrdiff_t equals = str_find_char(field, '=');
		AUTO_CLEAR(Buf) value = {0};
		if (equals < 0)
			continue;
		url_decode(str_slice(field, (size_t) equals + 1, field.len), &value);
		whole = take_field(str_slice(field, 0, (size_t) equals), buf_str(&value), &sas);
		if (value.len)
			secret_wipe(value.data, value.len);
	}
	if (!whole || !sas.has_signature) {
		error_set(err, ERROR_INVALID, "the SAS is none: it is a query such as sv=...&sr=c&sp=rl&se=...&sig=...");
		return error_hint(err, "look at where it comes from: take the SAS token of the container, not an address, whole and in one line");
	}
	*ret = sas;
	return true;
}

static bool no(Error *err, const char *hint, const char *why) {
	error_set(err, ERROR_DENIED, "%s", why);
	return error_hint(err, "%s", hint);
}

bool azure_sas_may_list(const AzureSas *sas, WallTime now, bool https, Error *err) {
	static const char MAKE[] = "make a new SAS for the container, with read and list (sr=c, sp=rl)";
	char time[WALL_TEXT_SIZE];
	if (wall_known(sas->expires) && sas->expires.ms <= now.ms) {
		error_set(err, ERROR_DENIED, "its SAS has expired: %s", wall_format_dated(sas->expires, now, time));
		return error_hint(err, "make a new one; if it should still be good, check this machine's clock");
	}
	if (wall_known(sas->starts) && sas->starts.ms > now.ms) {
		error_set(err, ERROR_DENIED, "its SAS is not good before %s", wall_format_dated(sas->starts, now, time));
		return error_hint(err, "check this machine's clock, or make one that begins earlier");
	}
	if (sas->https_only && !https)
		return no(err, "write https:// into url:", "its SAS permits https only");
	if (*sas->permissions && !strchr(sas->permissions, 'l'))
		return no(err, MAKE, "its SAS does not permit listing (sp has no l)");
	if (*sas->resource && !strchr("cd", *sas->resource))
		return no(err, MAKE, "its SAS is for one blob, and cannot list a container (sr is not c)");
	if (*sas->services && !strchr(sas->services, 'b'))
		return no(err, MAKE, "its SAS is not for blobs (ss has no b)");
	if (*sas->types && !strchr(sas->types, 'c'))
		return no(err, MAKE, "its SAS cannot list a container (srt has no c)");
	return true;
}
