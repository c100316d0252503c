/* flyrc.c: reads one target. The file belongs to fly: keys that we do not use are left alone. */
#include "core/environment/flyrc.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/suggest.h"
#include "core/environment/wiped.h"
#include "core/environment/yaml.h"

static const char *text_of(const YamlNode *map, const char *key)
{
	const YamlNode *node = yaml_find(map, key);
	return node && node->kind == YAML_SCALAR && !yaml_is_null(node) ? node->text : "";
}

static bool fail_unknown_target(const YamlNode *targets, const char *target, Error *err)
{
	size_t count = targets && targets->kind == YAML_MAP ? targets->count : 0;
	AUTO_FREE const char **names = bg_calloc(count + 1, sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = targets->children[i].key;
	const char *near = suggest_nearest(target, names, count);
	error_set(err, ERROR_MISSING, "there is no fly target \"%s\"", target);
	if (near)
		return error_hint(err, "did you mean \"%s\"?", near);
	return error_hint(err, "fly -t %s login -c URL", target);
}

bool fly_target_parse(Str text, const char *path, const char *target, FlyTarget *ret_target, Error *err)
{
	AUTO(YamlNode) *root = NULL;
	Error cause = { 0 };
	if (!yaml_parse(text, path, FLYRC_MAX_BYTES, &root, &cause)) {
		/* What the parser says may repeat a piece of a token that lost its quotes. */
		error_set(err, cause.kind, "fly's file of targets cannot be read: it is not YAML as fly writes it");
		error_where(err, "%s", cause.where);
		return error_hint(err, "look at that line, or write it anew: fly -t %s login", target);
	}
	const YamlNode *targets = yaml_find(root, "targets"), *found = yaml_find(targets, target);
	if (!found || found->kind != YAML_MAP) {
		fail_unknown_target(targets, target, err);
		return error_where(err, "%s", path);
	}
	const char *token = text_of(yaml_find(found, "token"), "value");
	if (!*token) {
		error_set(err, ERROR_DENIED, "the fly target \"%s\" is logged out", target);
		yaml_error_at(path, found, err);
		return error_hint(err, "fly -t %s login", target);
	}
	AUTO_FREE char *origin = bg_asprintf("token of fly target %s", target);
	const char *team = text_of(found, "team");
	*ret_target = (FlyTarget){
		.api = bg_strdup(text_of(found, "api")),
		.team = bg_strdup(*team ? team : "main"),
		.insecure = text_eq(text_of(found, "insecure"), "true"),
		.ca_cert = bg_strdup(text_of(found, "ca_cert")),
		.token = secret_new(str_from(token), origin),
	};
	return true;
}

bool fly_target_load(const char *target, FlyTarget *ret_target, Error *err)
{
	const char *folder = getenv("FLY_HOME");
	AUTO_FREE char *path = folder && *folder ? path_join(folder, ".flyrc") : path_expand_home("~/.flyrc");
	AUTO_CLEAR(WipedBuf) text = { 0 };
	buf_reserve(&text, FLYRC_MAX_BYTES + 1);
	if (!file_read(path, FLYRC_MAX_BYTES, &text, err)) {
		error_where(err, "%s", path);
		return error_hint(err, "fly -t %s login -c URL", target);
	}
	return fly_target_parse(buf_str(&text), path, target, ret_target, err);
}

void fly_target_clear(FlyTarget *target)
{
	secret_free(target->token);
	free(target->ca_cert);
	free(target->team);
	free(target->api);
	*target = (FlyTarget){ 0 };
}
