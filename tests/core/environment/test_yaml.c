/* test_yaml.c: the tree, its positions, and everything that is refused. */
#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/environment/yaml.h"
#include "tests/support/support.h"

typedef struct Refusal {
	const char *name, *text, *where, *why;
} Refusal;

static const Refusal refusals[] = {
	{ "empty", "", "f.yaml", "the file is empty" },
	{ "blank", " \n\n", "f.yaml", "the file is empty" },
	{ "only a remark", "# nothing\n", "f.yaml:1:1", "the file holds no values" },
	{ "not utf-8", "a: \xff\n", "f.yaml", "the file is not UTF-8 text" },
	{ "lone carriage return", "a: 1\rb: 2\n", "f.yaml", "the file has carriage returns that end no line" },
	{ "duplicate key", "a: 1\nb: 2\na: 3\n", "f.yaml:3:1", "the key \"a\" is here twice" },
	{ "duplicate key in flow", "x: { a: 1, a: 2 }\n", "f.yaml:1:12", "the key \"a\" is here twice" },
	{ "anchor", "a: &x 1\n", "f.yaml:1:7", "anchors (&...) are not used here" },
	{ "anchor on a map", "a: &x { b: 1 }\n", "f.yaml:1:7", "anchors (&...) are not used here" },
	{ "alias without anchor", "a: *x\n", "f.yaml:1:4", "aliases (*...) are not used here" },
	{ "merge key", "<<: 1\n", "f.yaml:1:1", "merge keys (<<) are not used here" },
	{ "tag", "a: !!str 1\n", "f.yaml:1:10", "tags (!...) are not used here" },
	{ "two documents", "a: 1\n---\nb: 2\n", "f.yaml:2:1", "the file has a second document" },
	{ "list as key", "? [a, b]\n: c\n", "f.yaml:1:3", "a key must be a plain text" },
	{ "quote in a text over two lines", "a: 'b''\n  c'\n", "f.yaml:1:4",
		"a text in single quotes goes over several lines and holds a quote" },
	{ "nul in quotes", "a: \"x\\0y\"\n", "f.yaml:1:4", "the value holds a NUL character" },
};

Test(yaml, refusals_name_place_and_cause)
{
	for (size_t i = 0; i < BG_LENGTH(refusals); i++) {
		const Refusal *c = &refusals[i];
		AUTO(YamlNode) *root = NULL;
		Error err = { 0 };
		cr_assert(!yaml_parse(str_from(c->text), "f.yaml", 1000, &root, &err), "%s was accepted", c->name);
		cr_expect_str_eq(err.where, c->where, "%s: where is %s", c->name, err.where);
		cr_expect_str_eq(err.why, c->why, "%s: why is %s", c->name, err.why);
		cr_expect_null(root);
	}
}

Test(yaml, a_syntax_error_has_a_line_and_words)
{
	static const char *const texts[] = { "a: 1\nb: [1, 2\nc: 3\n", "a: \"open\n", "a: b: c\n", "\ta: 1\n", "a: {b: 1\n", "- a\nb: 1\n",
		"a: |9x\n  b\n", "]\n", "{\n", "a: 'x\n" };
	for (size_t i = 0; i < BG_LENGTH(texts); i++) {
		AUTO(YamlNode) *root = NULL;
		Error err = { 0 };
		cr_assert(!yaml_parse(str_from(texts[i]), "f.yaml", 1000, &root, &err), "accepted: %s", texts[i]);
		cr_expect(strncmp(err.why, "this is not YAML", 16) == 0, "%s: %s", texts[i], err.why);
		cr_expect(strncmp(err.where, "f.yaml:", 7) == 0, "%s: %s", texts[i], err.where);
		cr_expect(err.hint[0], "%s", texts[i]);
	}
}

Test(yaml, keeps_the_place_of_keys_and_items)
{
	AUTO(YamlNode) *root = NULL;
	Error err = { 0 };
	cr_assert(yaml_parse(STR("a: 1\nlist:\n  - x\n  - { k: \"v\" }\nempty:\n"), "f", 1000, &root, &err), "%s", err.why);
	cr_expect_eq(root->kind, YAML_MAP);
	cr_expect_eq(root->count, 3u);
	const YamlNode *list = yaml_find(root, "list");
	cr_assert_not_null(list);
	cr_expect_eq(list->kind, YAML_LIST);
	cr_expect_eq(list->line, 2);
	cr_expect_eq(list->column, 1);
	cr_expect_str_eq(list->children[0].text, "x");
	cr_expect_eq(list->children[0].line, 3);
	cr_expect_eq(list->children[0].column, 5);
	const YamlNode *member = yaml_find(&list->children[1], "k");
	cr_assert_not_null(member);
	cr_expect_eq(member->line, 4);
	cr_expect(!member->plain);
	cr_expect(yaml_is_null(yaml_find(root, "empty")));
	cr_expect_null(yaml_find(root, "absent"));
	cr_expect_null(yaml_find(list, "k"));
}

Test(yaml, quotes_inside_quotes_read_as_one)
{
	static const struct { const char *text, *value; } cases[] = {
		{ "a: 'it''s'\n", "it's" }, { "a: ''\n", "" }, { "a: ''''\n", "'" }, { "{ a: 'x''''y', b: 1 }\n", "x''y" }, { "a: \"it''s\"\n", "it''s" },
		{ "a: it''s\n", "it''s" }, { "\xc3\xa9: 1\na: '\xc3\xa9''\xc3\xa9'\n", "\xc3\xa9'\xc3\xa9" }, { "# x\r\na: 'b''c'\r\n", "b'c" },
		{ "a: 'b\n  c'\n", "b c" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO(YamlNode) *root = NULL;
		Error err = { 0 };
		assert_ok(yaml_parse(str_from(cases[i].text), "f", 1000, &root, &err), &err);
		cr_expect_str_eq(yaml_find(root, "a")->text, cases[i].value, "%s gives %s", cases[i].text, yaml_find(root, "a")->text);
	}
}

Test(yaml, json_is_yaml)
{
	AUTO(YamlNode) *root = NULL;
	Error err = { 0 };
	cr_assert(yaml_parse(STR("{\n\t\"nodes\": [ {\"name\":\"n1\", \"up\": true, \"uni\": \"\\u00e9\\n\"} ],\n\t\"x\": null\n}\n"), "f.json", 1000,
		&root, &err), "%s %s", err.why, err.where);
	const YamlNode *node = &yaml_find(root, "nodes")->children[0];
	cr_expect_str_eq(yaml_find(node, "name")->text, "n1");
	cr_expect_str_eq(yaml_find(node, "uni")->text, "\xc3\xa9\n");
	cr_expect(yaml_is_null(yaml_find(root, "x")));
}

Test(yaml, limits_hold)
{
	AUTO(YamlNode) *root = NULL;
	Error err = { 0 };
	cr_expect(!yaml_parse(STR("abc: def\n"), "f", 5, &root, &err));
	cr_expect_str_eq(err.why, "the file is larger than the limit of 5 bytes");
	AUTO_CLEAR(Buf) deep = { 0 };
	for (int i = 0; i < 40; i++)
		buf_putc(&deep, '[');
	for (int i = 0; i < 40; i++)
		buf_putc(&deep, ']');
	cr_expect(!yaml_parse(buf_str(&deep), "f", 1000, &root, &err));
	cr_expect_str_eq(err.why, "the nesting is deeper than 32 levels");
	AUTO_CLEAR(Buf) wide = { 0 };
	buf_putc(&wide, '[');
	for (int i = 0; i < YAML_MAX_NODES + 1; i++)
		buf_puts(&wide, "1,");
	buf_putc(&wide, ']');
	cr_expect(!yaml_parse(buf_str(&wide), "f", 1 << 20, &root, &err));
	cr_expect_str_eq(err.why, "the file has more values than the limit of 100000");
	cr_expect_null(root);
}

Test(yaml, every_prefix_and_every_changed_byte_ends_in_a_tree_or_an_error)
{
	static const char text[] = "name: x\npeople:\n  - { name: \"a b\", roles: [p, 'e'] }\nc: |\n  block\n  text\nd: >-\n  folded\n  \xc3\xa9\n";
	for (size_t len = 0; len < sizeof text; len++) {
		AUTO(YamlNode) *root = NULL;
		Error err = { 0 };
		if (!yaml_parse((Str){ text, len }, "f", 1000, &root, &err))
			cr_assert(err.why[0] && err.where[0]);
	}
	static const char hostile[] = "&*!|>'\"%@`[]{},:-?#\t\n \x01\x7f\xc3";
	for (size_t at = 0; at < sizeof text - 1; at++) {
		for (size_t i = 0; i < sizeof hostile - 1; i++) {
			char copy[sizeof text];
			memcpy(copy, text, sizeof text);
			copy[at] = hostile[i];
			AUTO(YamlNode) *root = NULL;
			Error err = { 0 };
			if (!yaml_parse((Str){ copy, sizeof text - 1 }, "f", 1000, &root, &err))
				cr_assert(err.why[0] && err.where[0]);
		}
	}
}
