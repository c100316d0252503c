/* may.c: may this token do what an action wants? GET /api/v1/user tells the roles of its user by team, {"is_admin": false, "teams": {"main": ["member"]}}
 * (atc.UserInfo); which role an action needs is atc/api/accessor/roles.go: to pause, unpause and trigger a pipeline-operator, to set and destroy a member. An
 * owner may what a member may, and so on down; an admin may everything. A server can give its actions other roles (--config-rbac), which nobody is told. */
#include "core/base/alloc.h"
#include "core/providers/concourse/concourse.h"

/* Each may what those behind it may. */
static const char *const ROLES[] = {"owner", "member", "pipeline-operator", "viewer"};

typedef struct Need { const char *verb, *does; size_t role; } Need;   /* role: the last in ROLES that may */

static const Need NEEDS[] = {
	{"concourse.pause", "pause and trigger pipelines", 2}, {"concourse.unpause", "pause and trigger pipelines", 2}, {"concourse.trigger", "pause and trigger pipelines", 2},
	{"concourse.destroy", "set and destroy pipelines", 1}, {"concourse.set-pipeline", "set and destroy pipelines", 1},
};

static const Need *find_need(const char *verb) {
	for (size_t i = 0; i < BG_LENGTH(NEEDS); i++)
		if (text_eq(NEEDS[i].verb, verb))
			return &NEEDS[i];
	return NULL;
}

/* The strongest role that the user has in the team; NULL: none that is known. */
static const char *role_of(const Json *user, const char *team, size_t *ret_rank) {
	for (*ret_rank = 0; *ret_rank < BG_LENGTH(ROLES); ++*ret_rank)
		JSON_EACH(role, json_get(json_get(user, "teams"), team))
			if (text_eq(json_string(role), ROLES[*ret_rank]))
				return ROLES[*ret_rank];
	return NULL;
}

static void judge(const Concourse *concourse, const Json *user, const Need *need, const char *what, Rights *rights) {
	size_t rank;
	Error err = {0};
	AUTO_FREE char *hint = bg_asprintf("have an owner of the team %s give its user the role %s", concourse->team, ROLES[need->role]);
	const char *role = role_of(user, concourse->team, &rank);
	if (!json_is_object(json_get(user, "teams")) && !api_strange(&concourse->api, "/api/v1/user", &err, "does not tell the teams of the token's user"))
		rights_add_error(rights, what, &err);
	else if (json_get_bool(user, "is_admin", false))
		rights_add(rights, RIGHT_YES, what, NULL, "the token's user is an admin");
	else if (!role)
		rights_add(rights, RIGHT_NO, what, hint, "the token's user has no role in that team");
	else if (rank > need->role)
		rights_add(rights, RIGHT_NO, what, hint, "the token's user is %s there, and that wants a %s", role, ROLES[need->role]);
	else
		rights_add(rights, RIGHT_YES, what, NULL, "the token's user is %s there", role);
}

void concourse_may(const Call *call, const char *verb, Rights *rights) {
	AUTO_CLEAR(Concourse) concourse = {0};
	AUTO(Json) *user = NULL;
	const Need *need = find_need(verb);
	Error err = {0};
	if (!need)
		return;
	bool open = concourse_open(call, &concourse, &err);
	AUTO_FREE char *what = open ? bg_asprintf("%s of the team %s", need->does, concourse.team) : bg_strdup(need->does);
	if (rights_find(rights, what))
		return;
	if (open && api_get(&concourse.api, "/api/v1/user", &user, &err))
		judge(&concourse, user, need, what, rights);
	else
		rights_add_error(rights, what, &err);
}
