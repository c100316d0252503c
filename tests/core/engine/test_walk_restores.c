/* What a run's outline tells of restores: the verbs that restore, what an annotation says of the others, and whether the environment is there for it. */
#include "core/engine/walk.h"
#include "core/providers/provider.h"
#include "tests/support/support.h"

static const char BOOK[] = "# Book\n\n## Walk\n<!-- bg procedure id=walk -->\n\n"
	"1. Restore.\n   <!-- bg do couchdb.restore from=set -->\n"
	"2. Restore with the team's own.\n\n   ```sh {restores=yes}\n   inv dr deploy.db-restore\n   ```\n"
	"3. Take the old one.\n\n   ```sh\n   pg_restore dump\n   ```\n   <!-- bg cmd restores=yes -->\n"
	"4. Clone.\n   <!-- bg do fastly.clone service=a -->\n"
	"5. Clone, which is one here.\n   <!-- bg do fastly.clone service=a restores=yes -->\n"
	"6. Look.\n\n   ```sh\n   ls\n   ```\n";

static Json *outline_in(const char *environment_text, Playbook *playbook)
{
	AUTO(Environment) *environment = NULL;
	Error err = {0};
	Run run = {0};
	assert_ok(environment_parse(str_from(environment_text), "e.yaml", &environment, &err), &err);
	Walk walk = {environment, NULL, &run, playbook, playbook_find_procedure(playbook, "walk")};
	return walk_outline(&walk);
}

Test(walk_restores, the_outline_says_which_rows_restore)
{
	static const bool RESTORES[] = {true, true, true, false, true, false};
	AUTO(Playbook) *playbook = NULL;
	Error err = {0};
	assert_ok(playbook_parse(str_from(BOOK), "book.md", provider_vocabulary(), &playbook, &err), &err);
	AUTO(Json) *outline = outline_in("name: test\nkind: live\n", playbook);
	size_t i = 0;
	JSON_EACH(step, json_get(outline, "steps")) {
		const Json *row = json_at(json_get(step, "actions"), 0);
		cr_expect(row && json_get_bool(row, "restores", false) == RESTORES[i], "step %zu", i + 1);
		i++;
	}
	cr_expect_eq(i, BG_LENGTH(RESTORES));
}

Test(walk_restores, a_drill_and_what_says_so_are_dedicated)
{
	static const struct { const char *environment; bool dedicated; } CASES[] = {
		{"name: test\nkind: live\n", false}, {"name: test\nkind: drill\n", true}, {"name: dr\nkind: live\ndedicated: true\n", true},
		{"name: staging\nkind: drill\ndedicated: false\n", false},
	};
	AUTO(Playbook) *playbook = NULL;
	Error err = {0};
	assert_ok(playbook_parse(str_from(BOOK), "book.md", provider_vocabulary(), &playbook, &err), &err);
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(Json) *outline = outline_in(CASES[i].environment, playbook);
		cr_expect_eq(json_get_bool(outline, "dedicated", !CASES[i].dedicated), CASES[i].dedicated, "%s", CASES[i].environment);
	}
}
