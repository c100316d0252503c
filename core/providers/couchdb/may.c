/* may.c: may this user do what an action wants? GET /_session tells who the server takes us for and their roles, {"userCtx": {"name": "admin", "roles":
 * ["_admin"]}} (CouchDB docs, api/server/authn). A server admin may everything; databases are made, their _security is set and the cluster is set up by such
 * a one only. A name and password that are not right are refused with 401 already here. */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/couchdb/couchdb.h"

#define SESSION "/_session"

static bool is_admin(const Json *context) {
	JSON_EACH(role, json_get(context, "roles"))
		if (text_eq(json_string(role), "_admin"))
			return true;
	return false;
}

void couch_may(const Call *call, const char *verb, Rights *rights) {
	AUTO_CLEAR(Couch) couch = {0};
	AUTO(Json) *session = NULL;
	Error err = {0};
	const char *what = text_eq(verb, "couchdb.setup") ? "set up the cluster" : "make and restore databases";
	if (!action_find(verb) || rights_find(rights, what))
		return;
	bool ok = couch_open(call, &couch, &err) && couch_get(&couch, SESSION, &session, &err);
	const Json *context = json_get(session, "userCtx");
	if (ok && !json_is_array(json_get(context, "roles")))
		ok = api_strange(&couch.api, SESSION, &err, "does not tell the roles of the user");
	AUTO_FREE char *name = text_sanitised_line(json_get_string_or(context, "name", ""));
	if (!ok)
		rights_add_error(rights, what, &err);
	else if (is_admin(context))
		rights_add(rights, RIGHT_YES, what, NULL, "%.60s is a server admin", *name ? name : "everybody");
	else if (*name)
		rights_add(rights, RIGHT_NO, what, "name a server admin as user: of the system", "%.60s is no server admin", name);
	else
		rights_add(rights, RIGHT_NO, what, "set password: of the system, and user: where it is not admin", "the server takes us for nobody");
}
