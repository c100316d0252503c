/* test_signoff.c: the sign-off, as pictures of the real console on a scripted engine. */
#include "failover_story.h"

#include "core/base/alloc.h"
#include "core/base/file.h"

/* The key must be ours alone, which a source tree does not keep. */
static const char *key_at_hand(TempFolder *folder)
{
	AUTO_FREE char *path = source_path("tests/fixtures/golden/eng-oncall.key");
	AUTO_FREE char *text = read_text(path);
	const char *copy = temp_path(folder, "eng-oncall.key");
	Error err = { 0 };
	assert_ok(file_write_atomic(copy, text, strlen(text), 0600, &err), &err);
	return copy;
}

static void with_key(Script *script, TempFolder *folder)
{
	script_frame(script, "{'t':'welcome','protocol':1,'environment':{'name':'ocw-production','kind':'live','objective_ms':3600000,"
		"'roles':['product','engineering'],'keys':['%s'],'validity_ms':900000,'people':["
		"{'name':'eng-oncall','roles':['engineering']},{'name':'prod-oncall','roles':['product']}],'values':{'site':'live'}},"
		"'you':{'who':'eng-oncall','how':'uid','roles':['engineering']},'engine':{'pid':1,'started':0},'state_folder':'/nowhere'}",
		key_at_hand(folder));
	script_reply(script, "signers", "{'signers':[{'key':0,'fingerprint':'-','person':'eng-oncall','valid':true,'roles':['engineering']}]}");
}

static void picture(Script *script, TempFolder *folder, const char *text, const char *name)
{
	with_key(script, folder);
	AUTO(Terminal) *terminal = story_console(script, folder, "4", text);
	story_pictures(terminal, name);
}

Test(signoff, asks_with_everything_that_is_signed)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	picture(script, &folder, "You are asked to sign, as ENGINEERING", "sign-off/asked");
}

/* By the clocks of London in summer. */
Test(signoff, tells_when_by_both_clocks)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	story_sign(script, "activate", "product", "prod-oncall", "yes", "");
	story_sign(script, "activate", "engineering", "eng-oncall", "yes", "looked at the difference");
	with_key(script, &folder);
	const TerminalOptions london = { .environment = (const char *const[]) { "TZ=BST-1", NULL } };
	AUTO(Terminal) *terminal = story_console_on(script, &folder, &london, "4", "take back...");
	story_pictures(terminal, "sign-off/zone");
	terminal_resize(terminal, 80, 24);
	terminal_keys(terminal, "3");
	terminal_wait_text(terminal, "Confirm the last");
	terminal_keys(terminal, "k k k k");
	terminal_wait_text(terminal, "22:57:00Z 23:57 BST by eng-oncall");
	story_pictures(terminal, "walk/zone");
}

Test(signoff, shows_who_has_signed)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	story_sign(script, "activate", "product", "prod-oncall", "yes", "");
	story_sign(script, "activate", "engineering", "eng-oncall", "yes", "looked at the difference");
	picture(script, &folder, "take back...", "sign-off/signed");   /* the keys were looked for */
}

Test(signoff, shows_a_no_and_its_reason)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	story_sign(script, "activate", "product", "prod-oncall", "no", "the dictionary still names the old bucket");
	picture(script, &folder, "You can still answer", "sign-off/refused");
}

Test(signoff, shows_the_keys_that_work_while_an_answer_is_typed)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	with_key(script, &folder);
	AUTO(Terminal) *terminal = story_console(script, &folder, "4", "You are asked to sign");
	terminal_type(terminal, "no because");
	terminal_wait_text(terminal, "no because");
	cr_assert(!terminal_shows(terminal, "q detach"));
	story_pictures(terminal, "sign-off/typing");
}

Test(signoff, takes_the_words_behind_a_command_as_the_reason)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	story_sign(script, "activate", "engineering", "eng-oncall", "yes", "");
	with_key(script, &folder);
	AUTO(Terminal) *terminal = story_console(script, &folder, "4", "take back...");
	terminal_type(terminal, ":withdraw signed the wrong one\n");
	terminal_wait_text(terminal, "Take an answer back");
	cr_assert(terminal_shows(terminal, "signed the wrong one"), "%s", terminal_text(terminal));
}

Test(signoff, keeps_a_refusal_with_its_hint_on_the_screen)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	script_refuse(script, "statement", "what would be done has changed a moment ago", "ask again: the gate is being renewed");
	with_key(script, &folder);
	AUTO(Terminal) *terminal = story_console(script, &folder, "4", "You are asked to sign");
	terminal_type(terminal, "sign\n");
	terminal_wait_text(terminal, "Refused: what would be done has changed a moment");
	cr_assert(terminal_shows(terminal, "ask again: the gate is being renewed"));
}

Test(signoff, signs_with_the_key_at_hand_by_a_typed_word)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	script_reply(script, "statement", "{'text':'breakglass-signoff: 1','gate':'activate'}");
	script_reply(script, "sign", "{}");
	with_key(script, &folder);
	AUTO(Terminal) *terminal = story_console(script, &folder, "4", "You are asked to sign");
	terminal_type(terminal, "sing\n");
	terminal_wait_text(terminal, "Type  sign");
	terminal_keys(terminal, "ctrl-u");
	terminal_wait_no_text(terminal, "Type  sign");   /* it was about the word that is gone */
	terminal_type(terminal, "sign\n");
	terminal_wait_text(terminal, "Signed as engineering.");
}

Test(signoff, shows_the_text_to_sign_elsewhere)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	script_reply(script, "statement", "{'text':'breakglass-signoff: 1\\nrole: product\\n','gate':'activate'}");
	script_refuse(script, "sign", "the signature was not made over this text", "copy the text whole, and sign that");
	with_key(script, &folder);
	AUTO(Terminal) *terminal = story_console(script, &folder, "4", "You are asked to sign");
	terminal_keys(terminal, "S");
	terminal_wait_text(terminal, "A signature made elsewhere");
	terminal_keys(terminal, "enter enter enter");
	terminal_wait_text(terminal, "role: product");
	terminal_wait_text(terminal, "c copy the text  Esc back");
	terminal_keys(terminal, "enter");   /* no answer is typed blindly below the text */
	terminal_wait_text(terminal, "a signature made elsewhere is waited for");
	terminal_paste(terminal, "-----BEGIN SSH SIGNATURE-----\nnonsense\n-----END SSH SIGNATURE-----\n");
	terminal_wait_text(terminal, "Refused: the signature was not made over this text");
}

/* ---- signed alone ---- */

static Script *alone(void)
{
	Script *script = story_begun_solo();
	story_activate_asked(script);
	story_sign(script, "activate", "engineering", "eng-oncall", "alone", "nobody of product answers");
	return script;
}

Test(signoff, shows_what_was_signed_alone_and_how_to_countersign)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = alone();
	picture(script, &folder, "take back...", "sign-off/alone");   /* the keys were looked for */
}

Test(signoff, that_was_alone_stands_in_the_ledger)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = alone();
	with_key(script, &folder);
	AUTO(Terminal) *terminal = story_console(script, &folder, "6", "signed alone: activate");
	story_pictures(terminal, "ledger/alone");
}

/* Whatever is in front, and however little room there is. */
Test(signoff, that_was_alone_is_on_every_screen)
{
	static const struct { int columns, rows; } SIZES[] = { { 80, 24 }, { 40, 15 } };
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = alone();
	with_key(script, &folder);
	AUTO(Terminal) *terminal = story_console(script, &folder, "1", "SIGNED ALONE");
	for (size_t s = 0; s < BG_LENGTH(SIZES); s++) {
		terminal_resize(terminal, SIZES[s].columns, SIZES[s].rows);
		for (char key[2] = "1"; key[0] <= '6'; key[0]++) {
			terminal_keys(terminal, key);
			terminal_wait_frame(terminal);
			cr_expect(terminal_shows(terminal, "SIGNED ALONE"), "screen %s, %d columns:\n%s", key, SIZES[s].columns, terminal_text(terminal));
		}
		terminal_keys(terminal, ":");
		terminal_wait_text(terminal, "board");
		cr_expect(terminal_shows(terminal, "SIGNED ALONE"), "palette, %d columns:\n%s", SIZES[s].columns, terminal_text(terminal));
		terminal_keys(terminal, "esc");
		terminal_wait_no_text(terminal, "board");
	}
}

/* ---- a key that was touched ---- */

Test(signoff, says_that_a_security_key_was_touched)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	const Run *run = incident_find_run(script_incident(script), "r1");
	script_record(script, "prod-oncall", 60000, "sign", "{'run':'r1','gate':'activate','role':'product','person':'prod-oncall','decision':'yes',"
		"'reason':'','subject':'%s','key':'SHA256:p3xWv9Qe8s7R2tYpLmKjHgFdSaZxCvBnMqWeRtYuIo','method':'agent','statement':'text','signature':'sig',"
		"'expires':%lld,'checkpoint':%lld,'touched':true,'verified':true}", run_find_gate(run, "activate")->subject,
		(long long) SCRIPT_NOW_MS + 600000, (long long) script_incident(script)->seq);
	with_key(script, &folder);
	AUTO(Terminal) *terminal = story_console(script, &folder, "4", "touched, with PIN or finger");
	terminal_keys(terminal, "5");
	terminal_wait_text(terminal, "signed as product, key touched");
}
