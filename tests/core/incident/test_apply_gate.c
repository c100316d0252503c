/* test_apply_gate.c: when sign-offs open a gate, and when they do not any more. */
#include "story.h"

static void gate_is(const Story *story, const char *id, GateState expected)
{
	assert_text(id, gate_state_name(gate_state(story_gate(story, id), story->now)), gate_state_name(expected));
}

static void ask(Story *story, const char *id, char subject)
{
	story_ok(story, "ask", "{'run':'r1','gate':'%s','subject':'%s','lines':['pause']}", id, digest_of(subject));
}

Test(apply_gate, two_people_in_two_roles_open_it)
{
	AUTO_CLEAR(Story) story = story_walking();
	gate_is(&story, "break", GATE_CLOSED);
	ask(&story, "break", '1');
	gate_is(&story, "break", GATE_WAITING);
	assert_ok(story_sign(&story, "break", '1', "product", "pat", "yes"), &story.err);
	gate_is(&story, "break", GATE_WAITING);
	assert_ok(story_sign(&story, "break", '1', "engineering", "eve", "yes"), &story.err);
	gate_is(&story, "break", GATE_SIGNED);
	assert_text("signer", gate_signoff(story_gate(&story, "break"), "product")->person, "pat");
}

Test(apply_gate, a_new_subject_closes_it_again)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_sign_both(&story, "break", '1');
	ask(&story, "break", '1');
	gate_is(&story, "break", GATE_SIGNED);
	ask(&story, "break", '2');
	gate_is(&story, "break", GATE_WAITING);
	/* Back to the first subject: the old signatures do not come back to life. */
	ask(&story, "break", '1');
	gate_is(&story, "break", GATE_WAITING);
	cr_assert_null(gate_signoff(story_gate(&story, "break"), "product"));
}

Test(apply_gate, a_no_holds_until_the_same_role_says_yes)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_sign_both(&story, "break", '1');
	assert_ok(story_sign(&story, "break", '1', "product", "pat", "no"), &story.err);
	gate_is(&story, "break", GATE_REFUSED);
	assert_ok(story_sign(&story, "break", '1', "engineering", "eve", "yes"), &story.err);
	gate_is(&story, "break", GATE_REFUSED);
	assert_ok(story_sign(&story, "break", '1', "product", "pat", "escalate"), &story.err);
	gate_is(&story, "break", GATE_ESCALATED);
	assert_ok(story_sign(&story, "break", '1', "product", "pam", "yes"), &story.err);
	gate_is(&story, "break", GATE_SIGNED);
}

Test(apply_gate, a_no_stands_whoever_else_of_that_role_says_yes)
{
	AUTO_CLEAR(Story) story = story_walking();
	ask(&story, "break", '1');
	assert_ok(story_sign(&story, "break", '1', "product", "pat", "no"), &story.err);
	assert_ok(story_sign(&story, "break", '1', "product", "pam", "yes"), &story.err);
	assert_ok(story_sign(&story, "break", '1', "engineering", "eve", "yes"), &story.err);
	gate_is(&story, "break", GATE_REFUSED);
	Error err;
	assert_refused(!gate_refuses(story_gate(&story, "break"), story.now, &err), &err, ERROR_DENIED, "pat said no to exactly this");
	assert_text("shown", gate_signoff(story_gate(&story, "break"), "product")->person, "pat");
	/* Pam may take her own answer back, although pat's is the one that stands for the role. */
	assert_ok(story_sign(&story, "break", '1', "product", "pam", "withdraw"), &story.err);
	assert_ok(story_sign(&story, "break", '1', "product", "pam", "yes"), &story.err);
	gate_is(&story, "break", GATE_REFUSED);
	assert_ok(story_sign(&story, "break", '1', "product", "pat", "withdraw"), &story.err);
	gate_is(&story, "break", GATE_SIGNED);
}

Test(apply_gate, a_live_gate_expires_and_another_stays_signed)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_sign_both(&story, "break", '1');
	story_sign_both(&story, "live", '1');
	gate_is(&story, "live", GATE_SIGNED);
	story.now.ms += 3600000;
	gate_is(&story, "live", GATE_EXPIRED);
	gate_is(&story, "break", GATE_SIGNED);
	assert_ok(story_sign(&story, "live", '1', "product", "pat", "yes"), &story.err);
	gate_is(&story, "live", GATE_EXPIRED);
	assert_ok(story_sign(&story, "live", '1', "engineering", "eve", "yes"), &story.err);
	gate_is(&story, "live", GATE_SIGNED);
}

/* What is done was signed when it was done. That its signatures are old by now asks nobody; for acting again they are too old. */
Test(apply_gate, one_that_ran_out_asks_nobody_once_its_step_is_done)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_sign_both(&story, "live", '1');
	story.now.ms += 3600000;
	cr_expect_eq(run_gate_state(story_run(&story), story_gate(&story, "live"), story.now), GATE_EXPIRED, "its step is still to do");
	story_ok(&story, "skip", "{'run':'r1','step':'4.3','reason':'it was done by hand'}");
	cr_expect_eq(run_gate_state(story_run(&story), story_gate(&story, "live"), story.now), GATE_SIGNED);
	gate_is(&story, "live", GATE_EXPIRED);
	story_ok(&story, "untick", "{'run':'r1','step':'4.3'}");
	cr_expect_eq(run_gate_state(story_run(&story), story_gate(&story, "live"), story.now), GATE_EXPIRED);
}

Test(apply_gate, one_that_ran_out_before_the_other_role_signed_does_not_count)
{
	AUTO_CLEAR(Story) story = story_walking();
	ask(&story, "break", '1');
	assert_ok(story_sign(&story, "break", '1', "product", "pat", "yes"), &story.err);
	story.now.ms += 3600000;
	assert_ok(story_sign(&story, "break", '1', "engineering", "eve", "yes"), &story.err);
	gate_is(&story, "break", GATE_WAITING);
}

Test(apply_gate, refusals_tell_who_is_missing)
{
	AUTO_CLEAR(Story) story = story_walking();
	Error err;
	assert_refused(!gate_refuses(story_gate(&story, "break"), story.now, &err), &err, ERROR_CONFLICT,
		"needs product and engineering");
	ask(&story, "break", '1');
	assert_ok(story_sign(&story, "break", '1', "product", "pat", "yes"), &story.err);
	cr_assert(gate_refuses(story_gate(&story, "break"), story.now, &err));
	assert_text("missing", err.why, "needs engineering");
	assert_text("where", err.where, "gate break the glass");
}

typedef struct Refusal { const char *name, *fields; ErrorKind kind; const char *why; } Refusal;

Test(apply_gate, every_signature_that_does_not_count_is_refused_with_its_own_words)
{
	static const Refusal refusals[] = {
		{ "other subject", "'role':'product','person':'pam','subject':'%s'", ERROR_CONFLICT,
			"not what would be done now" },
		{ "role not asked", "'role':'scribe','person':'pam'", ERROR_DENIED,
		"this needs product and engineering, not scribe" },
		{ "both roles", "'role':'engineering','person':'pat'", ERROR_DENIED, "pat has signed this as product already" },
		{ "one key", "'role':'engineering','person':'eve','key':'SHA256:pat'", ERROR_DENIED,
		"this key was used here by pat" },
		{ "before", "'role':'engineering','person':'eve','checkpoint':1", ERROR_CONFLICT, "before this was asked" },
		{ "elsewhere", "'role':'engineering','person':'eve','checkpoint':999", ERROR_INVALID, "does not have" },
		{ "expired", "'role':'engineering','person':'eve','expires':1000", ERROR_CONFLICT, "has expired" },
		{ "no reason", "'role':'engineering','person':'eve','decision':'no','reason':' '", ERROR_INVALID,
		"wants a reason" },
		{ "reason required", "'role':'engineering','person':'eve','reason':''", ERROR_INVALID,
		"this sign-off wants a reason" },
		{ "no decision", "'role':'engineering','person':'eve','decision':'maybe'", ERROR_INVALID,
		"cannot be \"maybe\"" },
		{ "no gate", "'gate':'x','role':'engineering','person':'eve'", ERROR_MISSING, "no gate" },
	};
	AUTO_CLEAR(Story) story = story_walking();
	story_no(&story, ERROR_CONFLICT, "nobody was asked", "sign",
		"{'run':'r1','gate':'break','role':'product','person':'pat','decision':'yes',"
		"'subject':'%s','checkpoint':2,'reason':'r'}", digest_of('1'));
	ask(&story, "break", '1');
	assert_ok(story_sign(&story, "break", '1', "product", "pat", "yes"), &story.err);
	for (size_t i = 0; i < BG_LENGTH(refusals); i++) {
		AUTO_CLEAR(Buf) args = { 0 };
		buf_puts(&args, "{'run':'r1'");
		static const char *const defaults[][2] = {
			{ "'gate'", "'break'" }, { "'decision'", "'yes'" }, { "'reason'", "'r'" }, { "'checkpoint'", "4" },
		};
		for (size_t k = 0; k < BG_LENGTH(defaults); k++) {
			if (!strstr(refusals[i].fields, defaults[k][0]))
				buf_printf(&args, ",%s:%s", defaults[k][0], defaults[k][1]);
		}
		bool other = strstr(refusals[i].fields, "subject") != NULL;
		if (!other)
			buf_printf(&args, ",'subject':'%s'", digest_of('1'));
		buf_printf(&args, ",%.*s%s%s}", other ? (int) (strlen(refusals[i].fields) - 3)
			: (int) strlen(refusals[i].fields), refusals[i].fields,
			other ? digest_of('2') : "", other ? "'" : "");
		story_no(&story, refusals[i].kind, refusals[i].why, "sign", "%s", buf_text(&args));
	}
}

Test(apply_gate, a_step_behind_a_gate_is_not_ticked_without_it_whatever_the_reason)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_no(&story, ERROR_CONFLICT, "needs product and engineering", "tick", "{'run':'r1','step':'3'}");
	story_no(&story, ERROR_CONFLICT, "needs product and engineering", "tick", "{'run':'r1','step':'3','reason':'agreed on the phone'}");
	story_sign_both(&story, "break", '1');
	story_ok(&story, "tick", "{'run':'r1','step':'3'}");
	story_ok(&story, "untick", "{'run':'r1','step':'3'}");
	ask(&story, "break", '2');
	story_no(&story, ERROR_CONFLICT, "needs product and engineering", "tick", "{'run':'r1','step':'3','reason':'agreed on the phone'}");
	story_ok(&story, "skip", "{'run':'r1','step':'3','reason':'agreed on the phone'}");
	assert_text("reason", story_step(&story, "3")->reason, "agreed on the phone");
}
