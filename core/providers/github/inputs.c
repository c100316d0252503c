/* inputs.c: what a workflow wants to be told when it is started by hand: `on.workflow_dispatch.inputs` of its file, and what a playbook gives of it. */
#include <ctype.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/environment/yaml.h"
#include "core/providers/github/workflow.h"

#define FILE_MAX (512u * 1024)
#define PREFIX "input."
#define SHOWN_MAX 100

void github_inputs_clear(GithubInputs *inputs) {
	for (size_t i = 0; i < inputs->count; i++) {
		free(inputs->items[i].name);
		free(inputs->items[i].description);
		free(inputs->items[i].type);
		free(inputs->items[i].usual);
		strlist_clear(&inputs->items[i].options);
	}
	free(inputs->items);
	free(inputs->run_name);
	*inputs = (GithubInputs){0};
}

/* ---- the file ---- */

static const char *text_of(const YamlNode *map, const char *key) {
	const YamlNode *node = yaml_find(map, key);
	return node && node->kind == YAML_SCALAR && !yaml_is_null(node) ? node->text : NULL;
}

/* on: workflow_dispatch; on: [push, workflow_dispatch]; on: { workflow_dispatch: ... }. */
static bool is_by_hand(const YamlNode *on) {
	bool found = on && on->kind == YAML_SCALAR && text_eq(on->text, "workflow_dispatch");
	for (size_t i = 0; on && on->kind == YAML_LIST && i < on->count; i++)
		found = found || (on->children[i].kind == YAML_SCALAR && text_eq(on->children[i].text, "workflow_dispatch"));
	return found || yaml_find(on, "workflow_dispatch");
}

static void add_input(const YamlNode *node, GithubInputs *inputs) {
	const YamlNode *options = yaml_find(node, "options");
	const char *type = text_of(node, "type");
	inputs->items = bg_reallocarray(inputs->items, inputs->count + 1, sizeof(*inputs->items));
	GithubInput *input = &inputs->items[inputs->count++];
	*input = (GithubInput){.name = bg_strdup(node->key), .description = bg_strdup_or_null(text_of(node, "description")), .type = bg_strdup(type ? type : "string"),
		.usual = bg_strdup_or_null(text_of(node, "default")), .required = text_eq(text_of(node, "required"), "true")};
	for (size_t i = 0; options && i < options->count; i++)
		if (options->children[i].kind == YAML_SCALAR)
			strlist_add(&input->options, options->children[i].text);
	/* A box that nobody ticked is not ticked. */
	if (!input->usual && text_eq(input->type, "boolean"))
		input->usual = bg_strdup("false");
}

bool github_inputs_parse(Str text, const char *name, GithubInputs *ret, Error *err) {
	AUTO(YamlNode) *root = NULL;
	*ret = (GithubInputs){0};
	/* GitHub reads anchors and aliases, which we do not: then it judges alone what it is given. */
	if (!yaml_parse(text, name, FILE_MAX, &root, &ret->unread))
		return true;
	const YamlNode *on = yaml_find(root, "on"), *inputs = yaml_find(yaml_find(on, "workflow_dispatch"), "inputs");
	if (!is_by_hand(on)) {
		error_set(err, ERROR_CONFLICT, "%.80s cannot be started by hand: it has no workflow_dispatch", name);
		return error_hint(err, "add workflow_dispatch: below on: in that file, or check ref=");
	}
	ret->known = true;
	ret->run_name = bg_strdup_or_null(text_of(root, "run-name"));
	for (size_t i = 0; inputs && inputs->kind == YAML_MAP && i < inputs->count; i++)
		add_input(&inputs->children[i], ret);
	return true;
}

/* ---- which one is meant ---- */

/* Keys of annotations are written in small letters with "-"; names of inputs also with "_" and capitals. */
static bool same_folded(const char *a, const char *b) {
	for (; *a && *b; a++, b++) {
		char x = *a == '_' || *a == '.' ? '-' : (char) tolower((unsigned char) *a), y = *b == '_' || *b == '.' ? '-' : (char) tolower((unsigned char) *b);
		if (x != y)
			return false;
	}
	return *a == *b;
}

static bool refuse_name(const GithubInputs *inputs, const char *key, size_t fitting, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	for (size_t i = 0; i < inputs->count; i++)
		if (!fitting || same_folded(inputs->items[i].name, key))
			strlist_add(&names, inputs->items[i].name);
	AUTO_FREE char *all = strlist_join(&names, ", ");
	if (fitting)
		error_set(err, ERROR_INVALID, "input.%.60s may be one of %s", key, all);
	else
		error_set(err, ERROR_INVALID, "the workflow has no input %.60s", key);
	return error_hint(err, fitting ? "write its name as it stands in the file%s" : names.count ? "it has: %s" : "it has none%s", fitting || !names.count ? "" : all);
}

static const GithubInput *find_input(const GithubInputs *inputs, const char *key, Error *err) {
	const GithubInput *found = NULL;
	size_t fitting = 0;
	for (size_t i = 0; i < inputs->count; i++) {
		if (text_eq(inputs->items[i].name, key))
			return &inputs->items[i];
		if (same_folded(inputs->items[i].name, key)) {
			found = &inputs->items[i];
			fitting++;
		}
	}
	if (fitting == 1)
		return found;
	refuse_name(inputs, key, fitting, err);
	return NULL;
}

/* ---- what it is given ---- */

static bool refuse_value(const GithubInput *input, const char *value, Error *err) {
	AUTO_FREE char *options = strlist_join(&input->options, ", ");
	AUTO_FREE char *shown = text_sanitised_line(value);
	error_set(err, ERROR_INVALID, "input %.60s cannot be %.60s: it is a %s", input->name, *shown ? shown : "empty", input->type);
	if (text_eq(input->type, "choice"))
		return error_hint(err, "it is one of: %s", options);
	return error_hint(err, text_eq(input->type, "boolean") ? "write yes or no" : text_eq(input->type, "number") ? "write a number" : "give it a value");
}

/* What is sent is always a text; of an `environment` GitHub alone knows the names. */
static bool check_value(const GithubInput *input, const char *value, const char **ret_sent, Error *err) {
	double number = 0;
	*ret_sent = value;
	bool empty = !*value, ok = !(empty && input->required);
	if (text_eq(input->type, "boolean")) {
		bool yes = text_eq(value, "yes") || text_eq(value, "true");
		ok = yes || text_eq(value, "no") || text_eq(value, "false");
		*ret_sent = yes ? "true" : "false";
	} else if (text_eq(input->type, "choice")) {
		ok = strlist_has(&input->options, value);
	} else if (text_eq(input->type, "number")) {
		ok = (empty && !input->required) || str_parse_double(str_from(value), &number);
	}
	return ok || refuse_value(input, value, err);
}

static bool take_args(const GithubInputs *inputs, const Json *args, const char *correlation, Json *sent, Error *err) {
	JSON_EACH(arg, args) {
		if (!str_starts(str_from(json_key(arg)), PREFIX) || !json_string(arg))
			continue;
		const char *key = json_key(arg) + strlen(PREFIX), *value = json_string(arg), *name = key;
		if (inputs->known) {
			const GithubInput *input = find_input(inputs, key, err);
			if (!input || !check_value(input, value, &value, err))
				return false;
			name = input->name;
		}
		if (json_get(sent, name) || text_eq(name, correlation)) {
			error_set(err, ERROR_INVALID, "input %.60s is given twice", name);
			return error_hint(err, text_eq(name, correlation) ? "correlation= fills it in: do not give it" : "give it once");
		}
		json_add_string(sent, name, value);
	}
	return true;
}

static bool check_missing(const GithubInputs *inputs, const Json *sent, const char *correlation, Error *err) {
	AUTO_CLEAR(StrList) missing = {0};
	for (size_t i = 0; i < inputs->count; i++) {
		const GithubInput *input = &inputs->items[i];
		if (input->required && !input->usual && !json_get(sent, input->name) && !text_eq(input->name, correlation))
			strlist_add(&missing, input->name);
	}
	if (!missing.count)
		return true;
	AUTO_FREE char *names = strlist_join(&missing, ", ");
	error_set(err, ERROR_INVALID, "the workflow wants what is not given: %s", names);
	return error_hint(err, "write input.%.60s=VALUE into the playbook", missing.items[0]);
}

static void add_change(const char *name, const char *description, const char *to, Plan *plan) {
	AUTO_CLEAR(Buf) clean = {0};
	text_sanitise(str_slice(str_trim(str_from(description)), 0, SHOWN_MAX), SANITISE_LINE, &clean);
	AUTO_FREE char *what = clean.len ? bg_asprintf("input %s (%s)", name, buf_text(&clean)) : bg_asprintf("input %s", name);
	plan_add_change(plan, what, NULL, to);
}

static void describe(const GithubInputs *inputs, const Json *sent, const char *correlation, Plan *plan) {
	for (size_t i = 0; i < inputs->count; i++) {
		const GithubInput *input = &inputs->items[i];
		const char *value = json_get_string(sent, input->name);
		AUTO_FREE char *usual = input->usual ? bg_asprintf("%s (its default)", input->usual) : bg_strdup("nothing");
		add_change(input->name, input->description, text_eq(input->name, correlation) ? "an id that is made when it is started" : value ? *value ? value : "empty" : usual, plan);
	}
	JSON_EACH(value, inputs->known ? NULL : sent)
		add_change(json_key(value), NULL, json_string(value), plan);
}

bool github_fill_inputs(const GithubInputs *inputs, const Json *args, const char *correlation, Json **ret_sent, char **ret_correlation, Plan *plan, Error *err) {
	AUTO(Json) *sent = json_new_object();
	const GithubInput *mark = correlation && inputs->known ? find_input(inputs, correlation, err) : NULL;
	if (correlation && inputs->known && !mark)
		return false;
	const char *name = mark ? mark->name : correlation;
	if (!take_args(inputs, args, name, sent, err) || !check_missing(inputs, sent, name, err))
		return false;
	if (json_count(sent) + (name != NULL) > GITHUB_INPUTS_MAX) {
		error_set(err, ERROR_INVALID, "%zu inputs are given, and GitHub takes %d", json_count(sent), GITHUB_INPUTS_MAX);
		return error_hint(err, "leave out those that have the value that they want anyway");
	}
	describe(inputs, sent, name, plan);
	if (name && inputs->known && (!inputs->run_name || str_find(str_from(inputs->run_name), name) < 0))
		strlist_add_take(&plan->warnings, bg_asprintf("its run-name does not show the input %s: the run may not be told from others by it", name));
	*ret_correlation = bg_strdup_or_null(name);
	*ret_sent = TAKE(sent);
	return true;
}
