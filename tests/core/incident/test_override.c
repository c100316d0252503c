/* test_override.c: answers beside yes and no: taking one back, going on alone, and who countersigns that. */
#include "story.h"

static void gate_is(const Story *story, const char *id, GateState expected)
{
	assert_text(id, gate_state_name(gate_state(story_gate(story, id), story->now)), gate_state_name(expected));
}

static void ask(Story *story, const char *id, char subject)
{
	story_ok(story, "ask", "{'run':'r1','gate':'%s','subject':'%s','lines':['activate v77']}", id, digest_of(subject));
}

static void sign_ok(Story *story, const char *id, char subject, const char *role, const char *person, const char *decision)
{
	bool ok = story_sign(story, id, subject, role, person, decision);
	cr_assert(ok, "%s %s: %s", person, decision, story->err.why);
}

static void sign_no(Story *story, const char *id, char subject, const char *role, const char *person, const char *decision, const char *why)
{
	cr_assert(!story_sign(story, id, subject, role, person, decision), "%s %s", person, decision);
	cr_assert(strstr(story->err.why, why), "%s: %s", decision, story->err.why);
	cr_assert(story->err.hint[0], "%s has no hint", story->err.why);
}

/* One row a decision, one column a state: "." is allowed, everything else is refused with words. */
Test(override, every_cell_of_the_table_of_answers_is_as_listed)
{
	static const char *const allowed[DECISION_COUNT] = {
		[DECISION_YES] = "waiting signed refused escalated expired ",
		[DECISION_NO] = "waiting signed refused escalated expired ",
		[DECISION_ESCALATE] = "waiting signed refused escalated expired ",
		[DECISION_WITHDRAW] = "waiting signed refused escalated expired ",
		[DECISION_ALONE] = "waiting expired ",
		[DECISION_COUNTERSIGN] = "closed waiting signed refused escalated expired ",
	};
	for (int decision = 0; decision < DECISION_COUNT; decision++) {
		AUTO_CLEAR(Buf) seen = { 0 };
		for (int state = 0; state < GATE_STATE_COUNT; state++) {
			const char *why = decision_refused((Decision) decision, (GateState) state);
			cr_expect(!why || strlen(why) > 10);
			if (!why)
				buf_printf(&seen, "%s ", gate_state_name((GateState) state));
		}
		assert_text(decision_name((Decision) decision), buf_text(&seen), allowed[decision]);
	}
}

Test(override, an_answer_is_taken_back_by_whoever_gave_it)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_sign_both(&story, "break", '1');
	gate_is(&story, "break", GATE_SIGNED);
	sign_no(&story, "break", '1', "product", "pam", "withdraw", "pam has not answered this as product");
	sign_ok(&story, "break", '1', "product", "pat", "withdraw");
	gate_is(&story, "break", GATE_WAITING);
	cr_assert_null(gate_signoff(story_gate(&story, "break"), "product"));
	cr_assert_not_null(gate_signoff(story_gate(&story, "break"), "engineering"));
	sign_no(&story, "break", '1', "product", "pat", "withdraw", "has not answered");
	sign_ok(&story, "break", '1', "product", "pat", "yes");
	gate_is(&story, "break", GATE_SIGNED);
}

Test(override, a_no_that_is_taken_back_refuses_no_more)
{
	AUTO_CLEAR(Story) story = story_walking();
	ask(&story, "live", '1');
	sign_ok(&story, "live", '1', "product", "pat", "no");
	gate_is(&story, "live", GATE_REFUSED);
	sign_ok(&story, "live", '1', "product", "pat", "withdraw");
	gate_is(&story, "live", GATE_WAITING);
	/* What another holder of the role said before counts again: it was never taken back. */
	sign_ok(&story, "live", '1', "product", "pam", "yes");
	sign_ok(&story, "live", '1', "product", "pat", "no");
	sign_ok(&story, "live", '1', "product", "pat", "withdraw");
	assert_text("who", gate_signoff(story_gate(&story, "live"), "product")->person, "pam");
}

Test(override, one_person_opens_a_gate_alone_and_the_ledger_keeps_it)
{
	AUTO_CLEAR(Story) story = story_walking();
	ask(&story, "live", '1');
	ask(&story, "break", '1');
	sign_no(&story, "break", '1', "engineering", "eve", "alone", "lets nobody go on alone");
	sign_ok(&story, "live", '1', "engineering", "eve", "alone");
	gate_is(&story, "live", GATE_SIGNED);
	assert_text("alone", gate_alone(story_gate(&story, "live"), story.now)->person, "eve");
	story_ledger(&story, "signed alone: live");
	cr_assert_eq(incident_overrides(story.incident), 1u);
	const LedgerItem *item = ledger_find_open(story.incident, "signed alone: live");
	assert_text("who", item->opened_who, "eve");
	assert_text("closed by", item->closed_by, "countersignature of product");
	/* It does not end quietly. */
	story_no(&story, ERROR_CONFLICT, "still open: signed alone: live", "end", "{}");
	/* The gate closes as any other when its signature has run out; the ledger does not. */
	story.now.ms += 3600000;
	gate_is(&story, "live", GATE_EXPIRED);
	cr_assert_null(gate_alone(story_gate(&story, "live"), story.now));
	story_ledger(&story, "signed alone: live");
}

Test(override, the_missing_role_countersigns_long_afterwards)
{
	AUTO_CLEAR(Story) story = story_walking();
	ask(&story, "live", '1');
	sign_ok(&story, "live", '1', "engineering", "eve", "alone");
	ask(&story, "live", '2');
	story.now.ms += 3600000;
	story_ledger(&story, "signed alone: live");
	sign_no(&story, "live", '2', "product", "pat", "countersign", "nobody went on alone over exactly this");
	sign_no(&story, "live", '1', "product", "eve", "countersign", "eve went on alone and cannot countersign");
	sign_no(&story, "live", '1', "engineering", "ed", "countersign", "this waits for product, not engineering");
	story_ok(&story, "finish", "{'run':'r1','how':'abandoned','reason':'r'}");
	sign_no(&story, "live", '2', "product", "pat", "yes", "this run is over");
	sign_ok(&story, "live", '1', "product", "pat", "countersign");
	story_ledger(&story, "");
	cr_assert_eq(incident_overrides(story.incident), 0u);
	sign_no(&story, "live", '1', "product", "pam", "countersign", "or it is countersigned");
	gate_is(&story, "live", GATE_WAITING);
}

Test(override, a_yes_of_the_missing_role_over_the_same_settles_it)
{
	AUTO_CLEAR(Story) story = story_walking();
	ask(&story, "live", '1');
	sign_ok(&story, "live", '1', "engineering", "eve", "alone");
	sign_ok(&story, "live", '1', "product", "pat", "yes");
	gate_is(&story, "live", GATE_SIGNED);
	cr_assert_null(gate_alone(story_gate(&story, "live"), story.now), "both have signed");
	story_ledger(&story, "");
}

Test(override, is_no_way_around_somebody_who_has_spoken)
{
	AUTO_CLEAR(Story) story = story_walking();
	ask(&story, "live", '1');
	sign_ok(&story, "live", '1', "product", "pat", "no");
	sign_no(&story, "live", '1', "engineering", "eve", "alone", "somebody said no");
	sign_ok(&story, "live", '1', "product", "pat", "escalate");
	sign_no(&story, "live", '1', "engineering", "eve", "alone", "wants somebody else to decide");
	sign_ok(&story, "live", '1', "product", "pat", "withdraw");
	sign_ok(&story, "live", '1', "engineering", "eve", "alone");
	/* And somebody who speaks later is heard. */
	sign_ok(&story, "live", '1', "product", "pat", "no");
	gate_is(&story, "live", GATE_REFUSED);
	cr_assert_null(gate_alone(story_gate(&story, "live"), story.now));
}

Test(override, taken_back_before_anything_was_done_leaves_nothing)
{
	AUTO_CLEAR(Story) story = story_walking();
	ask(&story, "live", '1');
	sign_ok(&story, "live", '1', "engineering", "eve", "alone");
	sign_ok(&story, "live", '1', "engineering", "eve", "withdraw");
	gate_is(&story, "live", GATE_WAITING);
	story_ledger(&story, "");
}

Test(override, taken_back_after_something_was_done_stays_in_the_ledger)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_plan(&story, "4.3", 0);
	ask(&story, "live", '1');
	sign_ok(&story, "live", '1', "engineering", "eve", "alone");
	assert_ok(story_apply(&story, "4.3", 0), &story.err);
	story_finish(&story, "'outcome':'done','began':true");
	sign_ok(&story, "live", '1', "engineering", "eve", "withdraw");
	story_ledger(&story, "signed alone: live on-backup");
}

Test(override, a_step_that_takes_its_own_back_does_not_close_it)
{
	AUTO_CLEAR(Story) story = story_walking();
	ask(&story, "live", '1');
	sign_ok(&story, "live", '1', "engineering", "eve", "alone");
	story_ok(&story, "tick", "{'run':'r1','step':'4.3','reason':'by hand'}");
	story_ledger(&story, "signed alone: live on-backup");
	story_ok(&story, "untick", "{'run':'r1','step':'4.3'}");
	cr_assert_eq(incident_overrides(story.incident), 1u);
}

Test(override, every_answer_but_yes_wants_a_reason)
{
	static const char *const answers[] = { "no", "escalate", "withdraw", "alone" };
	for (size_t i = 0; i < BG_LENGTH(answers); i++) {
		AUTO_CLEAR(Story) story = story_walking();
		ask(&story, "live", '1');
		if (i == 2)
			sign_ok(&story, "live", '1', "engineering", "eve", "yes");
		story_no(&story, ERROR_INVALID, "wants a reason", "sign",
			"{'run':'r1','gate':'live','role':'engineering','person':'eve','decision':'%s','subject':'%s','checkpoint':%lld}", answers[i],
			digest_of('1'), (long long) story.incident->seq);
	}
}
