/* A command of a playbook as the worker gets it: the folder filled in, homes where values are paths. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/engine/walk.h"
#include "core/playbook/model.h"
#include "tests/support/support.h"

static const char BOOK[] =
	"<!-- bg\n"
	"playbook id=one\n"
	"var checkout type=path ask=\"Where?\"\n"
	"var key type=path match=\"~/.ssh/id_rsa\" default=~/.ssh/id_rsa ask=\"Which key?\"\n"
	"var plain match=PLAIN default=~/plain ask=\"What?\"\n"
	"-->\n"
	"# Add a node\n\n"
	"1. Add it:\n"
	"   ```bash\n"
	"   ./add-node.sh ~/.ssh/id_rsa PLAIN backup\n"
	"   ```\n"
	"   <!-- bg cmd cwd=${checkout}/scripts confirm=the-${plain} -->\n";

typedef struct Case { const char *name, *values, *text, *cwd, *why; } Case;

static const Case CASES[] = {
	{ "a whole path", "checkout: /srv/ha", "./add-node.sh /home/ann/.ssh/id_rsa '~/plain' backup", "/srv/ha/scripts", NULL },
	{ "below the home", "checkout: ~/ha", "./add-node.sh /home/ann/.ssh/id_rsa '~/plain' backup", "/home/ann/ha/scripts", NULL },
	{ "another key", "checkout: /x, key: ~/k", "./add-node.sh /home/ann/k '~/plain' backup", "/x/scripts", NULL },
	{ "no folder", "plain: x", NULL, NULL, "not known yet: checkout" },
};

static void try_case(const Case *row, const Playbook *playbook, TempFolder *folder)
{
	AUTO_FREE char *yaml = bg_asprintf("name: x\nkind: drill\nplaybooks: [book.md]\nvalues: { %s }\n", row->values);
	const char *path = temp_write(folder, "environment.yaml", yaml);
	AUTO(Environment) *environment = NULL;
	Error err = { 0 };
	assert_ok(environment_load(path, &environment, &err), &err);
	const Procedure *procedure = playbook->procedures[0];
	Walk walk = { .environment = environment, .playbook = playbook, .procedure = procedure };
	AUTO_CLEAR(WalkCall) call = { 0 };
	bool can = walk_call(&walk, procedure->steps[0], 0, false, &call, &err);
	cr_expect_eq(can, !row->why, "%s: %s", row->name, err.why);
	if (row->why) {
		cr_expect_str_eq(err.why, row->why, "%s", row->name);
		cr_expect(*err.hint, "%s: nothing says what to do", row->name);
		return;
	}
	cr_expect_str_eq(json_get_string(call.args, "text"), row->text, "%s", row->name);
	cr_expect_str_eq(json_get_string(call.args, "cwd"), row->cwd, "%s", row->name);
	cr_expect_str_eq(json_get_string(call.args, "confirm"), "the-~/plain", "%s", row->name);
}

Test(walk_command, fills_in_the_folder_and_homes)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Playbook) *playbook = NULL;
	Error err = { 0 };
	const char *path = temp_write(&folder, "book.md", BOOK);
	(void) setenv("HOME", "/home/ann", 1);
	assert_ok(playbook_load(path, NULL, &playbook, &err), &err);
	cr_assert_eq(playbook->procedure_count, 1u);
	for (size_t i = 0; i < BG_LENGTH(CASES); i++)
		try_case(&CASES[i], playbook, &folder);
}
