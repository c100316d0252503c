/* may.c: may this token do what an action wants, and until when does it count? GET /tokens/self tells its scope ("global": all that its user may;
 * "global:read", "purge_select" and "purge_all": no changes), the services that it is for (none: all) and its end, all of them in UTC (Fastly's API reference,
 * "User tokens"; TokenResponse of its generated clients). What role its user has is not in it. */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/fastly/fastly.h"

#define SELF "/tokens/self"
#define MAKE "make a token with the scope global for this service"

static bool has_scope(const char *scopes, const char *wanted) {
	Str rest = str_from(scopes), one;
	while (str_split(&rest, ' ', &one))
		if (str_eq_c(str_trim(one), wanted))
			return true;
	return false;
}

static bool is_for(const Json *services, const char *id) {
	JSON_EACH(service, services)
		if (text_eq(json_string(service), id))
			return true;
	return json_count(services) == 0;
}

static bool read_token(Api *api, Json **ret, Error *err) {
	if (!api_get(api, SELF, ret, err))
		return false;
	return json_get_string(*ret, "scope") || api_strange(api, SELF, err, "does not tell the scope of the token");
}

static void judge(const Json *token, const char *id, bool changes, const char *what, Rights *rights) {
	AUTO_FREE char *scopes = text_sanitised_line(json_get_string_or(token, "scope", ""));
	if (!is_for(json_get(token, "services"), id))
		rights_add(rights, RIGHT_NO, what, MAKE, "the token is for other services only");
	else if (has_scope(scopes, "global") || (!changes && has_scope(scopes, "global:read")))
		rights_add(rights, RIGHT_YES, what, NULL, "its scope is %.60s, and all that its user may", scopes);
	else
		rights_add(rights, RIGHT_NO, what, MAKE, "its scope is %.60s", scopes);
}

void fastly_may(const Call *call, const char *verb, Rights *rights) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO(Json) *token = NULL;
	const Action *action = action_find(verb);
	Error err = {0};
	if (!action)
		return;
	bool changes = action->spec.risk != RISK_READ;
	const char *does = changes ? "make and activate versions" : "read versions";
	if (call_arg_is_open(call, "service")) {
		rights_add(rights, RIGHT_UNTOLD, does, "give it below `values` in the environment file", "which service it will be is known in the run only");
		return;
	}
	bool open = fastly_open(call, &fastly, &err);
	AUTO_FREE char *name = text_sanitised_line(open ? fastly.name : "");
	AUTO_FREE char *what = open ? bg_asprintf("%s of the service %s", does, name) : bg_strdup(does);
	if (rights_find(rights, what))
		return;
	if (open && read_token(&fastly.api, &token, &err))
		judge(token, fastly.id, changes, what, rights);
	else
		rights_add_error(rights, what, &err);
}

bool fastly_credential_end(const Call *call, WallTime *ret, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO(Json) *token = NULL;
	if (!fastly_open_account(call, &fastly, err) || !read_token(&fastly.api, &token, err))
		return false;
	const char *end = json_get_string(token, "expires_at");
	return !end || wall_parse_iso(str_from(end), ret) || api_strange(&fastly.api, SELF, err, "tells the end of the token in an unknown form");
}
