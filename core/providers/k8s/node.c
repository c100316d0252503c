/* node.c: the nodes of the cluster, as their kubelets report: not what SSH says of them (node.machine). */
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/providers/k8s/k8s.h"

static const struct { const char *type, *words; } PRESSURES[] = {{"MemoryPressure", "memory"}, {"DiskPressure", "disk"}, {"PIDPressure", "processes"},
	{"NetworkUnavailable", "no network"}};

static void read_condition(const Json *condition, bool *known, K8sNode *ret) {
	const char *type = json_get_string_or(condition, "type", ""), *status = json_get_string_or(condition, "status", "");
	size_t len = strlen(ret->pressure);
	if (text_eq(type, "Ready")) {
		*known = text_eq(status, "True") || text_eq(status, "False") || text_eq(status, "Unknown");
		ret->ready = text_eq(status, "True");
		ret->silent = text_eq(status, "Unknown");
		(void) wall_parse_iso(str_from(json_get_string_or(condition, "lastHeartbeatTime", "")), &ret->heard);   /* else it is not told */
	}
	for (size_t i = 0; i < BG_LENGTH(PRESSURES); i++)
		if (text_eq(type, PRESSURES[i].type) && text_eq(status, "True"))
			snprintf(ret->pressure + len, sizeof(ret->pressure) - len, "%s%s", len ? ", " : "", PRESSURES[i].words);
}

/* k3s and kubeadm say it with a label; older ones with another. */
static bool is_master(const Json *labels) {
	return json_get(labels, "node-role.kubernetes.io/control-plane") || json_get(labels, "node-role.kubernetes.io/master");
}

bool k8s_node_parse(const Json *object, K8sNode *ret) {
	K8sNode node = {0};
	bool known = false;
	const char *name = json_get_string(json_get(object, "metadata"), "name");
	if (!text_eq(json_get_string(object, "kind"), "Node") || !name || !*name || strlen(name) > K8S_NAME_MAX)
		return false;
	snprintf(node.name, sizeof(node.name), "%s", name);
	node.master = is_master(json_get(json_get(object, "metadata"), "labels"));
	node.cordoned = json_get_bool(json_get(object, "spec"), "unschedulable", false);
	JSON_EACH(condition, json_get(json_get(object, "status"), "conditions"))
		read_condition(condition, &known, &node);
	*ret = node;
	return known;
}

/* ---- one ---- */

void k8s_node_judge(const K8sNode *node, WallTime now, Reading *ret) {
	char span[SPAN_TEXT_SIZE];
	reading_fact_bool(ret, "exists", true);
	reading_fact_bool(ret, "ready", node->ready);
	reading_fact_bool(ret, "silent", node->silent);
	reading_fact_bool(ret, "cordoned", node->cordoned);
	reading_fact_bool(ret, "master", node->master);
	reading_fact_string(ret, "pressure", node->pressure);
	if (node->silent && wall_known(node->heard) && now.ms > node->heard.ms)
		reading_set(ret, READING_FAIL, "stopped reporting, last heard of %s ago", span_format_short(now.ms - node->heard.ms, span));
	else if (!node->ready)
		reading_set(ret, READING_FAIL, "%s", node->silent ? "stopped reporting" : "not ready");
	else if (*node->pressure)
		reading_set(ret, READING_WARN, "ready, under pressure: %s", node->pressure);
	else
		reading_set(ret, node->cordoned ? READING_WARN : READING_OK, "ready%s", node->cordoned ? ", cordoned" : "");
	if (!node->ready)
		reading_because(ret, "look at the machine itself, then at: kubectl describe node %s", node->name);
	else if (*node->pressure)
		reading_because(ret, "free what is short there before pods are evicted");
	else if (node->cordoned)
		reading_because(ret, "no pod is placed there: look who cordoned it; kubectl uncordon %s", node->name);
}

/* ---- all of them ---- */

typedef struct Nodes { int64_t count, ready, masters, masters_ready; StrList down, lost, silent, pressed, cordoned; } Nodes;

static void nodes_clear(Nodes *nodes) {
	strlist_clear(&nodes->down);
	strlist_clear(&nodes->lost);
	strlist_clear(&nodes->silent);
	strlist_clear(&nodes->pressed);
	strlist_clear(&nodes->cordoned);
}
BG_DEFINE_CLEARP(Nodes, nodes_clear)

static void count_node(const K8sNode *node, WallTime now, Nodes *nodes) {
	char span[SPAN_TEXT_SIZE];
	nodes->count++;
	nodes->ready += node->ready;
	nodes->masters += node->master;
	nodes->masters_ready += node->master && node->ready;
	if (!node->ready)
		strlist_add(&nodes->down, node->name);
	if (node->silent && wall_known(node->heard) && now.ms > node->heard.ms)
		strlist_add_take(&nodes->silent, bg_asprintf("%s (last heard of %s ago)", node->name, span_format_short(now.ms - node->heard.ms, span)));
	else if (node->silent)
		strlist_add(&nodes->silent, node->name);
	else if (!node->ready)
		strlist_add(&nodes->lost, node->name);
	if (*node->pressure)
		strlist_add_take(&nodes->pressed, bg_asprintf("%s (%s)", node->name, node->pressure));
	if (node->cordoned)
		strlist_add(&nodes->cordoned, node->name);
}

static void fact_list(Reading *ret, const char *key, const StrList *names) {
	AUTO_FREE char *text = strlist_join(names, ", ");
	reading_fact_string(ret, key, text);
}

static void judge(const Nodes *nodes, int64_t at_least, Reading *ret) {
	AUTO_CLEAR(Buf) said = {0};
	const struct { const StrList *names; const char *words; } GROUPS[] = {{&nodes->silent, "stopped reporting"}, {&nodes->lost, "not ready"},
		{&nodes->pressed, "under pressure"}, {&nodes->cordoned, "cordoned"}};
	for (size_t i = 0; i < BG_LENGTH(GROUPS); i++) {
		AUTO_FREE char *names = strlist_join(GROUPS[i].names, ", ");
		if (*names)
			buf_printf(&said, "%s%s: %s", said.len ? "; " : "", GROUPS[i].words, names);
	}
	bool bad = nodes->ready < nodes->count || !nodes->count || nodes->ready < at_least;
	reading_set(ret, bad ? READING_FAIL : said.len ? READING_WARN : READING_OK, "%lld of %lld ready%s%s", (long long) nodes->ready, (long long) nodes->count,
		said.len ? "; " : "", buf_text(&said));
	if (!nodes->count)
		reading_because(ret, "the cluster has no nodes: look whether it is the right one");
	else if (nodes->ready < nodes->count)
		reading_because(ret, "look at the machines themselves, then at: kubectl describe node NAME");
	else if (bad)
		reading_because(ret, "%lld are needed: look which are missing", (long long) at_least);
	else if (nodes->pressed.count)
		reading_because(ret, "free what is short there before pods are evicted");
	else if (nodes->cordoned.count)
		reading_because(ret, "no pod is placed there: look who cordoned it; kubectl uncordon NAME");
}

bool k8s_nodes_judge(const Json *list, int64_t at_least, WallTime now, Reading *ret) {
	AUTO_CLEAR(Nodes) nodes = {0};
	JSON_EACH(item, json_get(list, "items")) {
		K8sNode node;
		if (!k8s_node_parse(item, &node))
			return false;
		count_node(&node, now, &nodes);
	}
	reading_fact_int(ret, "nodes", nodes.count);
	reading_fact_int(ret, "ready", nodes.ready);
	reading_fact_int(ret, "cordoned", (int64_t) nodes.cordoned.count);
	reading_fact_int(ret, "pressed", (int64_t) nodes.pressed.count);
	reading_fact_int(ret, "masters", nodes.masters);
	reading_fact_int(ret, "masters_ready", nodes.masters_ready);
	fact_list(ret, "down", &nodes.down);
	fact_list(ret, "silent", &nodes.silent);
	fact_list(ret, "not_ready", &nodes.lost);
	judge(&nodes, at_least, ret);
	return true;
}
