/* cluster_draft.c: see cluster_draft.h. The rules are those of the loader: each answer is tried in a file in which all that is not answered yet holds
 * something that is fine, so that whatever is refused is refused for this answer. */
#include "core/commands/cluster_draft.h"
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/secret.h"
#include "core/environment/environment.h"

#define NODES_USUAL 4                  /* three masters that also work, one that keeps backups */
#define FILLER_ADDRESS "fdff:ffff:ffff:ffff::"

static const struct { const char *label, *help, *key; bool of_node; } FIELDS[DRAFT_END] = {
	[DRAFT_DOMAIN] = {"domain", "of the platform: school.test", "domain", false},
	[DRAFT_NAME] = {"name", "letters, digits and . _ -", "name", true},
	[DRAFT_IPV6] = {"IPv6 address", "the address itself, as mycelium inspect tells it: 4a1:b2::11", "ipv6", true},
	[DRAFT_USER] = {"user", "who logs in there over SSH, and may sudo", "user", true},
	[DRAFT_ROLE] = {"role", "master+worker, master, worker or backup", "role", true},
	[DRAFT_FIRST] = {"first master", "yes or no: the cluster begins with it; exactly one", "is_first_master", true},
	[DRAFT_KEY] = {"private SSH key", "its path; ~/ is your home", "ssh_key_path", true},
	[DRAFT_MORE] = {"another node", "yes or no", NULL, true},
	[DRAFT_COUCH_USER] = {"admin of CouchDB", "its name", "user", false},
	[DRAFT_PASSWORD] = {"password of CouchDB's admin", "not shown; letters and digits are safe everywhere", "password", false},
	[DRAFT_PLATFORM] = {"name of the platform", "as its pages show it", "platform_name", false},
	[DRAFT_EMAIL] = {"mail address of the platform", "somebody@school.test", "platform_email", false},
};

static bool is_text_of_node(DraftField field) { return FIELDS[field].of_node && FIELDS[field].key; }
static bool is_master(const char *role) { return role && str_starts(str_from(role), "master"); }

/* ---- what is there ---- */

static const Json *old_node(const ClusterDraft *draft, size_t index) { return json_at(json_get(draft->old, "nodes"), index); }

void cluster_draft_begin(ClusterDraft *draft, const char *path, Json *old) {
	*draft = (ClusterDraft){.path = path, .old = old};
	size_t known = json_count(json_get(old, "nodes"));
	draft->expected = known ? known : NODES_USUAL;
}

static void clear_texts(char **texts) {
	for (int i = 0; i < DRAFT_END; i++) {
		secret_wipe(texts[i], texts[i] ? strlen(texts[i]) : 0);
		free(texts[i]);
	}
}

void cluster_draft_clear(ClusterDraft *draft) {
	for (size_t i = 0; i < draft->count; i++)
		clear_texts(draft->nodes[i].texts);
	clear_texts(draft->texts);
	free(draft->nodes);
	json_free(draft->old);
	*draft = (ClusterDraft){0};
}

static char **slot(ClusterDraft *draft, DraftPlace place) {
	if (!FIELDS[place.field].of_node)
		return &draft->texts[place.field];
	if (place.node >= draft->count) {
		draft->nodes = bg_reallocarray(draft->nodes, place.node + 1, sizeof(*draft->nodes));
		memset(draft->nodes + draft->count, 0, (place.node + 1 - draft->count) * sizeof(*draft->nodes));
		draft->count = place.node + 1;
	}
	return &draft->nodes[place.node].texts[place.field];
}

/* ---- the text ---- */

/* How far it has come: what is behind `to` gets fillers, or none at all. NULL = everything is there. `closed`: no node comes any more. */
typedef struct Extent { const DraftPlace *to; bool closed; } Extent;

static bool is_answered(Extent extent, DraftField field, size_t node) {
	if (!extent.to)
		return true;
	if (FIELDS[field].of_node && FIELDS[extent.to->field].of_node)
		return node < extent.to->node || (node == extent.to->node && field <= extent.to->field);
	return field <= extent.to->field;
}

/* Members of the old file that nobody asked about stay. */
static void add_rest(Json *target, const Json *old) {
	JSON_EACH(member, old)
		if (!json_get(target, json_key(member)) && !text_eq(json_key(member), "is_first_master") && !text_eq(json_key(member), "is_backup"))
			json_add(target, json_key(member), json_copy(member));
}

static const Json *old_node_called(const ClusterDraft *draft, const char *name) {
	JSON_EACH(node, json_get(draft->old, "nodes"))
		if (text_eq(json_get_string(node, "name"), name))
			return node;
	return NULL;
}

static void write_node(const ClusterDraft *draft, size_t index, Extent extent, Json *list) {
	static const DraftField ORDER[] = {DRAFT_NAME, DRAFT_IPV6, DRAFT_USER, DRAFT_ROLE};
	char *const *texts = draft->nodes[index].texts;
	AUTO_FREE char *name = bg_asprintf("filler-%zu", index);
	AUTO_FREE char *address = bg_asprintf(FILLER_ADDRESS "%zx", index + 2);
	const char *const fillers[DRAFT_END] = {[DRAFT_NAME] = name, [DRAFT_IPV6] = address, [DRAFT_USER] = "filler", [DRAFT_ROLE] = "worker"};
	Json *node = json_append(list, json_new_object());
	for (size_t i = 0; i < BG_LENGTH(ORDER); i++)
		json_add_string(node, FIELDS[ORDER[i]].key, is_answered(extent, ORDER[i], index) ? texts[ORDER[i]] : fillers[ORDER[i]]);
	const char *role = json_get_string(node, "role");
	if (is_master(role))
		json_add_bool(node, "is_first_master", is_answered(extent, DRAFT_FIRST, index) && text_eq(texts[DRAFT_FIRST], "yes"));
	if (text_eq(role, "backup"))
		json_add_bool(node, "is_backup", true);
	if (is_answered(extent, DRAFT_KEY, index))
		json_add_string(node, FIELDS[DRAFT_KEY].key, texts[DRAFT_KEY]);
	if (!extent.to)
		add_rest(node, old_node_called(draft, texts[DRAFT_NAME]));
}

static void write_nodes(const ClusterDraft *draft, Extent extent, Json *list) {
	bool has_first = false;
	for (size_t i = 0; i < draft->count; i++)
		if (is_answered(extent, DRAFT_NAME, i))
			write_node(draft, i, extent, list);
	JSON_EACH(node, list)
		has_first = has_first || json_get_bool(node, "is_first_master", false);
	/* A first master may come yet: until the list is closed its lack is nobody's mistake. */
	if (has_first || !extent.to || extent.closed || extent.to->field > DRAFT_MORE)
		return;
	Json *filler = json_append(list, json_new_object());
	json_add_string(filler, "name", "filler");
	json_add_string(filler, "ipv6", FILLER_ADDRESS "1");
	json_add_string(filler, "user", "filler");
	json_add_string(filler, "role", "master");
	json_add_bool(filler, "is_first_master", true);
}

static Json *build(const ClusterDraft *draft, Extent extent) {
	Json *root = json_new_object();
	json_add_string(root, "domain", is_answered(extent, DRAFT_DOMAIN, 0) ? draft->texts[DRAFT_DOMAIN] : "filler.internal");
	write_nodes(draft, extent, json_add(root, "nodes", json_new_array()));
	Json *couch = json_add(root, "couchdb", json_new_object());
	json_add_string(couch, "user", is_answered(extent, DRAFT_COUCH_USER, 0) ? draft->texts[DRAFT_COUCH_USER] : "filler");
	json_add_string(couch, "password", is_answered(extent, DRAFT_PASSWORD, 0) ? draft->texts[DRAFT_PASSWORD] : "filler");
	json_add_string(root, "platform_name", is_answered(extent, DRAFT_PLATFORM, 0) ? draft->texts[DRAFT_PLATFORM] : "filler");
	json_add_string(root, "platform_email", is_answered(extent, DRAFT_EMAIL, 0) ? draft->texts[DRAFT_EMAIL] : "filler@filler.internal");
	if (!extent.to) {
		add_rest(couch, json_get(draft->old, "couchdb"));
		add_rest(root, draft->old);
	}
	return root;
}

static bool check(const ClusterDraft *draft, Extent extent, Error *err) {
	AUTO(Json) *root = build(draft, extent);
	AUTO_CLEAR(Buf) text = {0};
	buf_reserve(&text, 1 << 16);   /* so that no copy of the password stays behind in freed memory */
	json_write(root, &text);
	bool ok = environment_check_cluster(buf_str(&text), draft->path, err);
	secret_wipe(text.data, text.len);
	return ok;
}

void cluster_draft_write(const ClusterDraft *draft, Buf *out) {
	AUTO(Json) *root = build(draft, (Extent){0});
	json_write_pretty(root, out);
	if (!out->len || out->data[out->len - 1] != '\n')
		buf_putc(out, '\n');
}

bool cluster_draft_check(const ClusterDraft *draft, Error *err) { return check(draft, (Extent){0}, err); }

/* ---- questions ---- */

void cluster_draft_label(const ClusterDraft *draft, DraftPlace place, Buf *out) {
	if (place.field == DRAFT_MORE)
		buf_printf(out, "another node (%zu so far)", place.node + 1);
	else if (place.field == DRAFT_FIRST)
		buf_printf(out, "%s is the first master", draft->nodes[place.node].texts[DRAFT_NAME]);
	else if (place.field == DRAFT_NAME)
		buf_printf(out, "name of node %zu", place.node + 1);
	else if (FIELDS[place.field].of_node)
		buf_printf(out, "%s of %s", FIELDS[place.field].label, draft->nodes[place.node].texts[DRAFT_NAME]);
	else
		buf_puts(out, FIELDS[place.field].label);
}

const char *cluster_draft_help(DraftField field) { return FIELDS[field].help; }
bool cluster_draft_is_hidden(DraftField field) { return field == DRAFT_PASSWORD; }

static bool has_first_before(const ClusterDraft *draft, size_t node) {
	for (size_t i = 0; i < node; i++)
		if (text_eq(draft->nodes[i].texts[DRAFT_FIRST], "yes"))
			return true;
	return false;
}

DraftPlace cluster_draft_next(const ClusterDraft *draft, DraftPlace place) {
	const char *answer = FIELDS[place.field].of_node ? draft->nodes[place.node].texts[place.field] : NULL;
	if (place.field == DRAFT_MORE && text_eq(answer, "yes"))
		return (DraftPlace){DRAFT_NAME, place.node + 1};
	DraftPlace next = {(DraftField) (place.field + 1), FIELDS[place.field + 1 < DRAFT_END ? place.field + 1 : DRAFT_DOMAIN].of_node ? place.node : 0};
	if (next.field == DRAFT_FIRST && (!is_master(answer) || has_first_before(draft, place.node)))
		next.field = DRAFT_KEY;
	return next;
}

size_t cluster_draft_left(const ClusterDraft *draft, DraftPlace place) {
	const size_t each = DRAFT_MORE - DRAFT_NAME, behind = DRAFT_END - DRAFT_COUCH_USER;   /* which one is the first master is asked once */
	if (place.field == DRAFT_DOMAIN)
		return draft->expected * each + 1 + behind;
	if (!FIELDS[place.field].of_node)
		return (size_t) (DRAFT_END - 1 - place.field);
	size_t of_this = (size_t) (DRAFT_MORE - place.field) - (place.node && place.field < DRAFT_FIRST);
	return of_this + (place.node + 1 < draft->expected ? draft->expected - place.node - 1 : 0) * each + behind;
}

/* ---- answers ---- */

static bool take_yes_or_no(const char **text, Error *err) {
	if (str_eq_nocase(str_from(*text), STR("y")) || str_eq_nocase(str_from(*text), STR("yes")))
		*text = "yes";
	else if (str_eq_nocase(str_from(*text), STR("n")) || str_eq_nocase(str_from(*text), STR("no")))
		*text = "no";
	else
		return error_set(err, ERROR_INVALID, "it wants yes or no");
	return true;
}

/* What follows from the answer, and was perhaps answered otherwise before somebody went back. */
static void settle(ClusterDraft *draft, DraftPlace place) {
	char **first = FIELDS[place.field].of_node ? &draft->nodes[place.node].texts[DRAFT_FIRST] : NULL;
	if (place.field == DRAFT_ROLE && (!is_master(draft->nodes[place.node].texts[DRAFT_ROLE]) || has_first_before(draft, place.node))) {
		free(*first);
		*first = bg_strdup("no");
	}
	if (place.field != DRAFT_MORE || text_eq(draft->nodes[place.node].texts[DRAFT_MORE], "yes"))
		return;
	for (size_t i = place.node + 1; i < draft->count; i++)
		clear_texts(draft->nodes[i].texts);
	draft->count = place.node + 1;
}

bool cluster_draft_answer(ClusterDraft *draft, DraftPlace place, const char *text, Error *err) {
	bool yes_or_no = place.field == DRAFT_MORE || place.field == DRAFT_FIRST;
	if (yes_or_no && !take_yes_or_no(&text, err))
		return false;
	if (place.field == DRAFT_MORE && text_eq(text, "yes") && place.node + 1 >= DRAFT_NODES_MAX)
		return error_set(err, ERROR_INVALID, "there are %d nodes already: write more of them by hand", DRAFT_NODES_MAX);
	char **answer = slot(draft, place), *before = *answer;
	*answer = bg_strdup(text);
	bool ok = check(draft, (Extent){&place, place.field == DRAFT_MORE && text_eq(text, "no")}, err);
	if (!ok) {
		secret_wipe(*answer, strlen(*answer));
		free(*answer);
		*answer = before;
		return false;
	}
	secret_wipe(before, before ? strlen(before) : 0);
	free(before);
	settle(draft, place);
	return true;
}

/* ---- defaults ---- */

static const char *usual(const ClusterDraft *draft, DraftPlace place) {
	const DraftNode *before = place.node ? &draft->nodes[place.node - 1] : NULL;
	switch (place.field) {
	case DRAFT_USER: case DRAFT_KEY: return before ? before->texts[place.field] : place.field == DRAFT_USER ? "admin" : "~/.ssh/id_ed25519";
	case DRAFT_ROLE: return place.node + 1 == NODES_USUAL ? "backup" : "master+worker";
	case DRAFT_FIRST: return "yes";
	case DRAFT_MORE: return place.node + 1 < draft->expected ? "yes" : "no";
	case DRAFT_COUCH_USER: return "admin";
	case DRAFT_PLATFORM: return "Open edX HA";
	case DRAFT_DOMAIN: case DRAFT_NAME: case DRAFT_IPV6: case DRAFT_PASSWORD: case DRAFT_EMAIL: case DRAFT_END: break;
	}
	return NULL;
}

static const char *of_old(const ClusterDraft *draft, DraftPlace place) {
	if (place.field == DRAFT_FIRST && json_get(old_node(draft, place.node), "is_first_master"))
		return json_get_bool(old_node(draft, place.node), "is_first_master", false) ? "yes" : "no";
	if (is_text_of_node(place.field))
		return json_get_string(old_node(draft, place.node), FIELDS[place.field].key);
	if (place.field == DRAFT_COUCH_USER || place.field == DRAFT_PASSWORD)
		return json_get_string(json_get(draft->old, "couchdb"), FIELDS[place.field].key);
	return FIELDS[place.field].key ? json_get_string(draft->old, FIELDS[place.field].key) : NULL;
}

/* Would it be taken? Tried in a place of its own, which is as it was afterwards. */
static bool would_do(ClusterDraft *draft, DraftPlace place, const char *text) {
	char **answer = slot(draft, place), *before = *answer;
	*answer = bg_strdup(text);
	bool ok = place.field == DRAFT_MORE || check(draft, (Extent){.to = &place}, NULL);
	secret_wipe(*answer, strlen(*answer));
	free(*answer);
	*answer = before;
	return ok;
}

char *cluster_draft_default(ClusterDraft *draft, DraftPlace place) {
	AUTO_FREE char *numbered = place.field == DRAFT_NAME ? bg_asprintf("node%zu", place.node + 1) : NULL;
	const char *const wanted[] = {*slot(draft, place), of_old(draft, place), usual(draft, place), numbered};
	for (size_t i = 0; i < BG_LENGTH(wanted); i++) {
		AUTO_FREE char *text = wanted[i] ? bg_strdup(wanted[i]) : NULL;
		if (text && would_do(draft, place, text))
			return TAKE(text);
	}
	return NULL;
}
