/* test_bind.c: directives as typed values on the steps, sections and commands that they stand behind. */
#include <stdlib.h>
#include "core/base/file.h"
#include "core/playbook/show.h"
#include "tests/support/support.h"

static Playbook *load(void)
{
	AUTO_FREE char *path = source_path("tests/fixtures/playbook/mapping/annotated.md");
	Playbook *playbook = NULL;
	Error err = {0};
	assert_ok(playbook_load(path, NULL, &playbook, &err), &err);
	return playbook;
}

static Playbook *parse(const char *text)
{
	Playbook *playbook = NULL;
	Error err = {0};
	assert_ok(playbook_parse(str_from(text), "x.md", NULL, &playbook, &err), &err);
	return playbook;
}

Test(bind, a_file_and_its_procedures_are_named_by_their_author)
{
	AUTO(Playbook) *playbook = load();
	cr_assert_str_eq(playbook->id, "shop-failover");
	cr_assert_str_eq(playbook->title, "Shop: fail over");
	cr_assert_str_eq(playbook->severity, "high");
	cr_assert_eq(playbook->procedure_count, 2);
	const Procedure *over = playbook_find_procedure(playbook, "over");
	cr_assert(over->annotated);
	cr_assert_str_eq(over->title, "Fail the shop over");
	cr_assert_eq(over->undo_procedure, playbook_find_procedure(playbook, "#go-back"));
	cr_assert_eq(playbook_find_procedure(playbook, "fail-over"), over);
}

Test(bind, actions_keep_their_arguments_and_lose_the_verbs_own)
{
	AUTO(Playbook) *playbook = load();
	const Step *step = playbook_find_step(playbook, "over/2");
	cr_assert_eq(step->action_count, 1);
	cr_assert_str_eq(step->actions[0].verb, "concourse.pause");
	cr_assert_eq(step->actions[0].arg_count, 1);
	cr_assert_str_eq(args_value(step->actions[0].args, 1, "pipeline"), "backup");
	cr_assert(step->actions[0].risk_given && step->actions[0].risk == RISK_CHANGE);
	cr_assert_eq(step->also_count, 1);
	cr_assert_str_eq(step->also[0].label, "double safe");
	cr_assert_eq(step->also[0].risk, RISK_DESTRUCTIVE);
	cr_assert_eq(step->undo_count, 1);
	cr_assert(step->mark_count == 1 && step->marks[0].opens);
	cr_assert_str_eq(step->marks[0].closed_by, "#go-back");
	cr_assert_str_eq(playbook_find_step(playbook, "over/3")->actions[0].save, "draft");
}

Test(bind, checks_and_guards_are_typed)
{
	AUTO(Playbook) *playbook = load();
	const Step *step = playbook_find_step(playbook, "back/1");
	cr_assert_eq(step->verify_count, 1);
	cr_assert_str_eq(step->verifies[0].probe, "http");
	cr_assert_eq(step->verifies[0].within_ms, 15 * 60 * 1000);
	cr_assert(step->verifies[0].by_human && step->verifies[0].sample == 20);
	cr_assert_eq(step->verifies[0].arg_count, 2);
	cr_assert_eq(step->guards[0].kind, GUARD_CONFIRM);
	const Phase *over = playbook_find_phase(playbook, "#fail-over");
	cr_assert_eq(over->guard_count, 1);
	cr_assert_eq(over->guards[0].kind, GUARD_VARIABLE);
	cr_assert_str_eq(over->guards[0].subject, "damaged");
	cr_assert(over->guards[0].op == OP_GT && over->guards[0].soft);
	cr_assert_str_eq(over->guards[0].value, "10");
	cr_assert_eq(playbook_find_phase(playbook, "go-back")->guards[0].kind, GUARD_OPEN);
	cr_assert(over->timer_count == 1 && over->timers[0].kind == TIMER_START);
}

Test(bind, gates_cover_what_they_stand_before)
{
	AUTO(Playbook) *playbook = load();
	const Procedure *over = playbook_find_procedure(playbook, "over");
	const PlaybookGate *all = playbook_find_gate(playbook, "all"), *gate = playbook_find_gate(playbook, "over-gate");
	const PlaybookGate *remove = playbook_find_gate(playbook, "remove");
	cr_assert(all->scope == SCOPE_DOCUMENT && all->cover_count == 7);
	cr_assert(gate->scope == SCOPE_PROCEDURE && gate->cover_count == over->step_count);
	cr_assert(gate->min == 2 && gate->distinct && gate->reason_required && gate->role_count == 2);
	cr_assert(remove->scope == SCOPE_STEP && remove->cover_count == 1 && remove->min == 1 && !remove->distinct);
	const Step *step = procedure_find_step(over, "4");
	cr_assert_eq(step_gate_at(step, 0), all);
	cr_assert_eq(step_gate_at(step, 1), gate);
	cr_assert_eq(step_gate_at(step, 2), remove);
	cr_assert_null(step_gate_at(step, 3));
}

Test(bind, a_gate_over_an_item_covers_its_sub_steps)
{
	AUTO(Playbook) *playbook = parse("# A\n\n1. Go there.\n   <!-- bg gate g roles=a -->\n"
		"   - Open it.\n   - Close it.\n2. Come back.\n");
	const PlaybookGate *gate = playbook_find_gate(playbook, "g");
	cr_assert_eq(gate->cover_count, 3);
	cr_assert_not(gate_covers(gate, playbook->procedures[0]->steps[3]));
}

Test(bind, commands_take_settings_from_comments_and_from_braces)
{
	AUTO(Playbook) *playbook = load();
	const StepCommand *command = step_main_command(playbook_find_step(playbook, "over/4"));
	cr_assert_str_eq(command->host, "local");
	cr_assert_eq(command->timeout_ms, 15 * 60 * 1000);
	cr_assert(command->terminal && command->risk == RISK_DESTRUCTIVE);
	cr_assert_str_eq(command->confirm, "${new_host}");
	const StepCommand *loose = playbook_find_command(playbook, "set-pipeline");
	cr_assert_null(loose->step);
	cr_assert_str_eq(loose->cwd, "/srv");
}

Test(bind, variables_know_what_they_replace)
{
	AUTO(Playbook) *playbook = load();
	const Variable *site = playbook_find_variable(playbook, "site"),
		*host = playbook_find_variable(playbook, "new_host");
	cr_assert(site->type == VARIABLE_CHOICE && site->choice_count == 2);
	cr_assert_str_eq(site->match, "<site>");
	cr_assert(host->type == VARIABLE_HOST && host->replaces_count == 2);
	cr_assert_str_eq(host->replaces[0], "host-22");
	cr_assert_str_eq(host->fallback, "${site}-b");
	const Step *step = playbook_find_step(playbook, "over/4");
	cr_assert_eq(step->placeholder_count, 1);
	cr_assert_str_eq(step->placeholders[0], "new_host");
}

Test(bind, what_a_guard_compares_with_is_asked_for_too)
{
	AUTO(Playbook) *playbook = parse("<!-- bg\nvar copy ask=A\nvar live ask=B\n-->\n# A\n\n1. Delete it.\n   <!-- bg guard copy!=${live} -->\n");
	const Step *step = playbook->procedures[0]->steps[0];
	cr_assert_eq(step->placeholder_count, 2);
	cr_expect_str_eq(step->placeholders[0], "copy");
	cr_expect_str_eq(step->placeholders[1], "live");
}

Test(bind, the_author_decides_what_is_a_step)
{
	AUTO(Playbook) *playbook = parse("# A\n\n- The disk is full\n  <!-- bg step confirm=disk -->\n"
		"- Delete it\n  <!-- bg note -->\n\n"
		"Nothing to do here.\n<!-- bg verify http url=https://a.example status=200 -->\n");
	cr_assert_eq(playbook->procedures[0]->step_count, 2);
	cr_assert_str_eq(playbook->procedures[0]->steps[0]->title, "The disk is full");
	cr_assert_str_eq(playbook->procedures[0]->steps[0]->confirm, "disk");
	cr_assert_str_eq(playbook->procedures[0]->steps[1]->title, "Nothing to do here");
	cr_assert(playbook->procedures[0]->steps[1]->by_directive);
}

Test(bind, what_stands_outside_of_every_procedure_is_said)
{
	AUTO(Playbook) *playbook = parse("# A\n\n## B\n<!-- bg procedure id=b -->\n\n1. Do it.\n\n## C\n\n1. Do that.\n"
		"   <!-- bg\n   gate roles=p\n   do a.b\n   -->\n");
	cr_assert_eq(playbook->procedure_count, 1);
	cr_assert_eq(playbook->gate_count, 0);
	cr_assert(diagnostic_has_code(&playbook->diagnostics, "E-BIND"));
	cr_assert(playbook_has_errors(playbook));
}

Test(bind, ids_that_nobody_can_type_are_refused)
{
	AUTO(Playbook) *playbook = parse("# A b\n<!-- bg\nprocedure id=#x\ngate \"a/b\" roles=p\n-->\n\n1. Do it.\n");
	cr_assert(diagnostic_has_code(&playbook->diagnostics, "E-KEY"));
	cr_assert_str_eq(playbook->procedures[0]->id, "a-b");
	cr_assert_str_eq(playbook->gates[0]->id, "a-b");
}

Test(bind, a_step_by_directive_ends_a_split_list)
{
	AUTO(Playbook) *playbook = parse("1. Go there.\n\nThe door is open.\n<!-- bg step -->\n\n- Close it\n\n2. Come back.\n");
	const Procedure *procedure = playbook->procedures[0];
	cr_assert_eq(procedure->step_count, 4);
	for (size_t i = 0; i < procedure->step_count; i++)
		cr_assert_null(procedure->steps[i]->parent);
}

Test(bind, every_directive_is_recorded_with_its_place)
{
	AUTO(Playbook) *playbook = load();
	cr_assert_eq(playbook->binding_count, 31);
	for (size_t i = 0; i < playbook->binding_count; i++) {
		const Binding *binding = &playbook->bindings[i];
		cr_assert_neq(binding->target, BIND_NOWHERE, "line %d", binding->directive->line);
		cr_assert_eq(binding->target == BIND_COMMAND, binding->command != NULL);
		cr_assert(binding->target != BIND_STEP || binding->step, "line %d", binding->directive->line);
	}
}

Test(bind, paper_holds_every_directive_and_a_box_for_every_step)
{
	AUTO(Playbook) *playbook = load();
	AUTO_CLEAR(Buf) paper = {0};
	playbook_print(playbook, &paper);
	AUTO_FREE char *golden = source_path("tests/fixtures/playbook/mapping/annotated.paper");
	if (getenv("UPDATE_GOLDEN")) {
		Error err = {0};
		assert_ok(file_write_atomic(golden, paper.data, paper.len, 0644, &err), &err);
	}
	AUTO_FREE char *expected = read_text(golden);
	assert_text("paper", buf_text(&paper), expected);
}
