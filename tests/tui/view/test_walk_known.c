/* test_walk_known.c: what the playbook says, with the values filled in that are known. */
#include "core/base/alloc.h"
#include "core/providers/provider.h"
#include "tests/support/support.h"
#include "tui/view/walk_view.h"

static const char BOOK[] = "<!-- bg\n"
	"var namespace replaces=bat-staging ask=\"Namespace\"\n"
	"var deployment replaces=web-staging ask=\"Deployment\"\n"
	"var worker replaces=web-staging-worker default=${deployment}-worker ask=\"Workers\"\n"
	"var job default=job-${run_date}-${run_id} match=[JOB] ask=\"Job\"\n"
	"-->\n# Stop\n\n1. Stop it.\n";

typedef struct Case { const char *name, *text, *expected; } Case;

Test(walk_known, a_title_tells_the_value_and_not_the_example)
{
	static const Case cases[] = {
		{ "two values", "kubectl -n bat-staging scale deployment web-staging --replicas 0", "2  kubectl -n apply scale deployment web --replicas 0" },
		{ "one that is made of another", "Stop web-staging-worker by hand.", "2  Stop web-worker by hand." },
		{ "one that the run knows", "Begin [JOB].", "2  Begin job-2026-11-21-r1." },
		{ "part of a longer word", "web-staging-cron stays", "2  web-staging-cron stays" },
		{ "none", "Look.", "2  Look." },
	};
	Error err = { 0 };
	NamedValue values[] = { { .name = (char *) (uintptr_t) "namespace", .value = (char *) (uintptr_t) "apply" },
		{ .name = (char *) (uintptr_t) "deployment", .value = (char *) (uintptr_t) "web" } };
	Run run = { .id = (char *) (uintptr_t) "r1", .date = "2026-11-21", .values = values, .value_count = BG_LENGTH(values) };
	IncidentStep step = { .number = (char *) (uintptr_t) "2" };
	ClientModel model = { 0 };
	ViewContext context = { .model = &model, .run = &run };
	WalkTarget target = { .run = &run, .step = &step };
	AUTO(Playbook) *playbook = NULL;
	assert_ok(playbook_parse(str_from(BOOK), "book.md", provider_vocabulary(), &playbook, &err), &err);
	WalkView walk = { .playbook = playbook };
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		step.title = (char *) (uintptr_t) cases[i].text;
		AUTO_FREE char *title = walk_title(&walk, &context, &target);
		assert_text(cases[i].name, title, cases[i].expected);
	}
}
