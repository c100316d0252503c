/* YAML is refused with its line, or becomes a tree within its limits in which every member is found by its key and stands where it says. */
#include "fuzz.h"
#include "core/environment/yaml.h"

static size_t nodes;

static void check(const YamlNode *node, unsigned depth)
{
	nodes++;
	BG_ASSERT(depth <= YAML_MAX_DEPTH + 1 && node->line > 0 && node->column > 0);
	BG_ASSERT(node->kind != YAML_SCALAR || (node->text && !node->count));
	for (size_t i = 0; i < node->count; i++) {
		BG_ASSERT((node->kind == YAML_MAP) == (node->children[i].key != NULL));
		if (node->kind == YAML_MAP)
			BG_ASSERT(yaml_find(node, node->children[i].key) == &node->children[i]);
		check(&node->children[i], depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO(YamlNode) *root = NULL;
	Error err = { 0 };
	if (!yaml_parse((Str) { (const char *) data, size }, "a.yaml", 64 * 1024, &root, &err)) {
		fuzz_refused(&err);
		return 0;
	}
	nodes = 0;
	check(root, 1);
	BG_ASSERT(nodes <= YAML_MAX_NODES);
	return 0;
}
