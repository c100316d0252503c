/* workflow_find.c: which workflow is meant. A playbook names its file, or a pattern that stays good when teams name their files differently. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/providers/github/workflow.h"

#define PAGES_MAX 10

typedef struct Found { GithubWorkflow *items; size_t count; } Found;

void github_workflow_clear(GithubWorkflow *workflow) {
	free(workflow->name);
	free(workflow->path);
	free(workflow->state);
	*workflow = (GithubWorkflow){0};
}

static void found_clear(Found *found) {
	for (size_t i = 0; i < found->count; i++)
		github_workflow_clear(&found->items[i]);
	free(found->items);
	*found = (Found){0};
}
BG_DEFINE_CLEARP(Found, found_clear)

const char *github_workflow_file(const GithubWorkflow *workflow) {
	const char *slash = strrchr(workflow->path, '/');
	return slash ? slash + 1 : workflow->path;
}

static bool is_state(const char *state) {
	static const char *const STATES[] = {"active", "deleted", "disabled_fork", "disabled_inactivity", "disabled_manually"};
	for (size_t i = 0; i < BG_LENGTH(STATES); i++)
		if (text_eq(state, STATES[i]))
			return true;
	return false;
}

static bool add_workflow(const Github *github, const char *path, const Json *json, Found *found, Error *err) {
	int64_t id = 0;
	const char *name = json_get_string(json, "name"), *file = json_get_string(json, "path"), *state = json_get_string(json, "state");
	if (!json_int(json_get(json, "id"), &id) || id <= 0 || !name || !file || !*file || !is_state(state))
		return api_strange(&github->api, path, err, "answers with something else than a list of workflows");
	found->items = bg_reallocarray(found->items, found->count + 1, sizeof(*found->items));
	found->items[found->count++] = (GithubWorkflow){id, bg_strdup(name), bg_strdup(file), bg_strdup(state)};
	return true;
}

static bool list_workflows(Github *github, Found *found, Error *err) {
	for (int page = 1; page <= PAGES_MAX; page++) {
		AUTO(Json) *json = NULL;
		AUTO_FREE char *query = bg_asprintf("/actions/workflows?per_page=%d&page=%d", GITHUB_PAGE, page);
		AUTO_FREE char *path = github_path(github, query);
		if (!github_find(github, path, &json, err))
			return false;
		if (!json) {
			error_set(err, ERROR_MISSING, "GitHub knows no repository %s, or does not let this token see it", github->repository);
			error_hint(err, "check its name, and that the token was given the repository");
			return error_where(err, "%s%s", github->api.url, path);
		}
		const Json *list = json_get(json, "workflows");
		if (!json_is_array(list))
			return api_strange(&github->api, path, err, "answers with something else than a list of workflows");
		JSON_EACH(item, list)
			if (!add_workflow(github, path, item, found, err))
				return false;
		if (json_count(list) < GITHUB_PAGE)
			return true;
	}
	return true;
}

typedef struct Wanted { const char *named, *match; } Wanted;

static bool fits(const GithubWorkflow *workflow, const Wanted *wanted, bool *ret_bad) {
	const char *file = github_workflow_file(workflow);
	if (wanted->named)
		return text_eq(file, wanted->named) || text_eq(workflow->path, wanted->named) || str_eq_nocase(str_from(workflow->name), str_from(wanted->named));
	return str_matches(workflow->name, wanted->match, ret_bad) || str_matches(file, wanted->match, ret_bad);
}

/* Those that fit. One that is disabled is only meant when no other is. */
static size_t choose(const Found *found, const Wanted *wanted, const GithubWorkflow **ret_one, StrList *ret_names, bool *ret_bad) {
	for (int active = 1; active >= 0; active--) {
		size_t count = 0;
		for (size_t i = 0; i < found->count; i++) {
			const GithubWorkflow *workflow = &found->items[i];
			if (text_eq(workflow->state, "active") != active || text_eq(workflow->state, "deleted") || !fits(workflow, wanted, ret_bad))
				continue;
			*ret_one = workflow;
			count++;
			strlist_add_take(ret_names, bg_asprintf("%.50s (%.50s)", workflow->name, github_workflow_file(workflow)));
		}
		if (count)
			return count;
	}
	return 0;
}

static char *all_names(const Found *found) {
	AUTO_CLEAR(StrList) names = {0};
	for (size_t i = 0; i < found->count; i++)
		strlist_add_take(&names, bg_asprintf("%.60s", github_workflow_file(&found->items[i])));
	return strlist_join(&names, ", ");
}

static bool refuse_choice(const Github *github, const Wanted *wanted, size_t count, const StrList *names, const Found *found, bool bad, Error *err) {
	const char *said = wanted->named ? wanted->named : wanted->match;
	AUTO_FREE char *several = strlist_join(names, ", ");
	AUTO_FREE char *all = all_names(found);
	AUTO_FREE char *page = github_page(github, "/actions");
	if (bad) {
		error_set(err, ERROR_INVALID, "match: %.100s is no pattern", said);
		error_hint(err, "write an extended regular expression, or workflow= with the name of the file");
	} else if (count) {
		error_set(err, ERROR_CONFLICT, "%zu workflows fit %.60s: %s", count, said, several);
		error_hint(err, "say which: workflow= with the name of its file");
	} else {
		error_set(err, ERROR_MISSING, "%s has no workflow %.80s", github->repository, said);
		error_hint(err, found->count ? "look which is meant: %s" : "look for them there: it has none%s", found->count ? all : "");
	}
	return error_where(err, "%s", page);
}

bool github_find_workflow(Github *github, const Call *call, GithubWorkflow *ret, Error *err) {
	Wanted wanted = {call_arg(call, "workflow"), call_arg(call, "match")};
	AUTO_CLEAR(Found) found = {0};
	AUTO_CLEAR(StrList) names = {0};
	const GithubWorkflow *one = NULL;
	bool bad = false;
	if (!wanted.named == !wanted.match) {
		error_set(err, ERROR_INVALID, wanted.named ? "both workflow= and match= are said" : "which workflow is not said");
		error_hint(err, "write workflow= with the name of its file, or match= with a pattern on its name");
		return error_where(err, "%s", call->system->name);
	}
	if (!list_workflows(github, &found, err))
		return false;
	size_t count = choose(&found, &wanted, &one, &names, &bad);
	if (bad || count != 1)
		return refuse_choice(github, &wanted, count, &names, &found, bad, err);
	*ret = (GithubWorkflow){one->id, bg_strdup(one->name), bg_strdup(one->path), bg_strdup(one->state)};
	return true;
}
