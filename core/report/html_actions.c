/* html_actions.c: every action with the plan that it carried out, its outcome, what was seen afterwards, and what it said. */
#include "core/base/alloc.h"
#include "core/providers/provider.h"
#include "core/report/html_parts.h"
#include "core/report/html_text.h"
#include "core/report/output.h"

const char *html_action_kind(ActionState state)
{
	static const char *const kinds[ACTION_STATE_COUNT] = {
		[ACTION_DONE] = "good", [ACTION_RESOLVED_RAN] = "good", [ACTION_FAILED] = "bad", [ACTION_IN_DOUBT] = "bad",
	};
	return kinds[state] ? kinds[state] : "warn";
}

static void put_change(const PlanChange *change, Buf *out)
{
	buf_puts(out, "<tr><td class=\"words\">");
	html_text(out, change->what);
	buf_puts(out, "</td><td class=\"words\">");
	if (change->from) {
		buf_puts(out, "<del>");
		html_text(out, change->from);
		buf_puts(out, "</del>");
	}
	buf_puts(out, "</td><td class=\"words\">");
	if (change->to) {
		buf_puts(out, "<ins>");
		html_text(out, change->to);
		buf_puts(out, "</ins>");
	}
	buf_puts(out, "</td></tr>\n");
}

static void put_plan(const ReportPlan *made, Buf *out)
{
	AUTO_CLEAR(Plan) plan = { 0 };
	if (!made || !plan_from_json(made->plan, &plan, NULL))
		return;
	if (plan.count)
		buf_puts(out, "<div class=\"wide\"><table><thead><tr><th>What was planned to change</th><th>From</th><th>To</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < plan.count; i++)
		put_change(&plan.changes[i], out);
	buf_puts(out, plan.count ? "</tbody></table></div>\n" : "");
	for (size_t i = 0; i < plan.warnings.count; i++) {
		buf_puts(out, "<p>");
		html_chip(out, "warn", "warning");
		buf_putc(out, ' ');
		html_text(out, plan.warnings.items[i]);
		buf_puts(out, "</p>\n");
	}
	if (plan.request) {
		buf_puts(out, "<details><summary>The exact request</summary>\n<pre>");
		html_block(out, str_from(plan.request));
		buf_puts(out, "</pre>\n</details>\n");
	}
}

/* What came of a command on each machine. */
static void put_nodes(const IncidentAction *action, Buf *out)
{
	static const char *const kinds[NODE_END_COUNT] = { [NODE_DONE] = "good", [NODE_FAILED] = "bad", [NODE_IN_DOUBT] = "bad" };
	if (!action->node_count)
		return;
	AUTO_CLEAR(Buf) score = { 0 };
	action_score(action, &score);
	buf_puts(out, "<details open><summary>");
	html_text(out, buf_text(&score));
	buf_puts(out, "</summary>\n<div class=\"wide\"><table><thead><tr><th>Node</th><th>Came to</th><th>Why</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < action->node_count; i++) {
		const ActionNode *node = &action->nodes[i];
		buf_puts(out, "<tr><td class=\"words\">");
		html_text(out, node->name);
		buf_puts(out, "</td><td>");
		html_chip(out, kinds[node->end] ? kinds[node->end] : "warn", node_end_words(node->end));
		buf_puts(out, "</td><td class=\"words\">");
		html_text(out, node->why ? node->why : "");
		buf_puts(out, "</td></tr>\n");
	}
	buf_puts(out, "</tbody></table></div>\n</details>\n");
}

static void put_output(const Report *report, const IncidentAction *action, Buf *out)
{
	AUTO_CLEAR(Buf) said = { 0 };
	bool cut;
	if (!output_read(report->folder, action->number, &said, &cut))
		return;
	buf_puts(out, "<details><summary>Output</summary>\n<pre>");
	html_block(out, buf_str(&said));
	buf_puts(out, "</pre>\n");
	if (cut)
		buf_printf(out, "<p class=\"soft\">The whole output stands in actions/%lld.log.</p>\n", (long long) action->number);
	buf_puts(out, "</details>\n");
}

static void put_times(const Incident *incident, const IncidentAction *action, const ReportPlan *plan, Buf *out)
{
	const Action *verb = action_find(action->verb);
	buf_puts(out, "<dt>Planned</dt><dd>");
	if (plan)
		html_time(out, plan->time, incident->declared);
	else
		buf_puts(out, "not beforehand: it only reads");
	buf_puts(out, "</dd>\n<dt>Started</dt><dd>");
	html_time(out, action->started, incident->declared);
	buf_puts(out, " by ");
	html_text(out, action->who);
	buf_puts(out, "</dd>\n<dt>Took</dt><dd>");
	if (wall_known(action->finished))
		html_span(out, action->finished.ms - action->started.ms);
	else
		buf_puts(out, "its end is not in the record");
	if (verb && verb->usual_ms) {
		buf_puts(out, ", usually ");
		html_span(out, verb->usual_ms);
	}
	buf_puts(out, "</dd>\n");
}

static void put_action(const Report *report, const IncidentAction *action, Buf *out)
{
	const ReportPlan *plan = report_plan_of(report, action);
	AUTO_CLEAR(Buf) name = { 0 };
	action_name(action, &name);
	buf_printf(out, "<div class=\"box %s\" id=\"a%lld\">\n<h3>Action %lld: %s", html_action_kind(action->state), (long long) action->number,
		(long long) action->number, action->undo ? "Way back of " : "");
	html_step_name(out, &report->incident->runs[action->run].steps[action->step]);
	buf_putc(out, ' ');
	html_chip(out, html_action_kind(action->state), action_state_words(action->state));
	buf_puts(out, "</h3>\n<dl>\n<dt>Action</dt><dd><code>");
	html_text(out, buf_text(&name));
	buf_puts(out, "</code></dd>\n");
	put_times(report->incident, action, plan, out);
	html_fact(out, "Error", action->why);
	html_fact(out, "Seen afterwards", action->evidence ? action->evidence : action->verified);
	html_fact(out, "Result", action->value);
	html_fact(out, "Resolved", action->resolved_reason);
	if (action->digest && *action->digest) {
		buf_puts(out, "<dt>Plan</dt><dd class=\"id\">sha256:");
		html_text(out, action->digest);
		buf_puts(out, "</dd>\n");
	}
	buf_puts(out, "</dl>\n");
	put_plan(plan, out);
	put_nodes(action, out);
	put_output(report, action, out);
	buf_puts(out, "</div>\n");
}

void html_actions(const Report *report, Buf *out)
{
	const Incident *incident = report->incident;
	buf_puts(out, "<section id=\"actions\">\n<h2>Plans and actions</h2>\n");
	if (!incident->action_count)
		buf_puts(out, "<p>Nothing was started.</p>\n");
	else
		buf_printf(out, "<p class=\"soft\">%zu plans were made, %zu actions started.</p>\n", report->plan_count, incident->action_count);
	for (size_t i = 0; i < incident->action_count; i++)
		put_action(report, &incident->actions[i], out);
	buf_puts(out, "</section>\n");
}
