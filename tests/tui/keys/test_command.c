/* Tests of the command table: no two commands on one key in one place, nothing without help, nothing out of reach. */
#include "tui/keys/command.h"

#include "tests/support/support.h"

Test(command, every_row_has_a_name_a_label_a_help_and_known_contexts)
{
	static const char letters[] = {
#define CONTEXT(id, name, letter, where, modal) letter,
		COMMAND_CONTEXTS(CONTEXT)
#undef CONTEXT
		'\0'
	};
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const Command *command = command_get((CommandId) i);
		cr_expect(command->name[0] && command->label[0] && strlen(command->help) > 8, "row %d (%s)", i, command->name);
		cr_expect(command->letters[0] && strspn(command->letters, letters) == strlen(command->letters), "%s: \"%s\"", command->name,
			command->letters);
		cr_expect(strlen(command->help) <= 72, "%s: the help does not fit a line", command->name);
		for (int j = i + 1; j < COMMAND_COUNT; j++)
			cr_expect(!text_eq(command->name, command_get((CommandId) j)->name), "%s is there twice", command->name);
	}
}

Test(command, no_key_means_two_things_in_one_context)
{
	Keymap keymap;
	Error err = {0};
	keymap_init(&keymap);
	assert_ok(keymap_check(&keymap, &err), &err);
}

Test(command, every_row_can_be_reached_by_a_key_or_by_the_palette)
{
	Keymap keymap;
	keymap_init(&keymap);
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const Command *command = command_get((CommandId) i);
		CommandId found[COMMAND_COUNT];
		size_t count = command_complete(str_from(command->name), found, COMMAND_COUNT);
		bool reached = count > 0 && found[0] == command->id;
		for (int c = 0; c < CONTEXT_COUNT && !reached; c++) {
			CommandContext context = (CommandContext) c;
			KeyChord key;
			reached = command_is_in(command, context) && keymap_first(&keymap, command->id, &context, 1, &key);
		}
		cr_expect(reached, "nothing reaches %s", command->name);
	}
}

Test(command, the_dangerous_ones_are_marked)
{
	static const CommandId dangerous[] = { COMMAND_APPLY, COMMAND_UNDO, COMMAND_SIGN, COMMAND_OVERRIDE };
	for (size_t i = 0; i < BG_LENGTH(dangerous); i++)
		cr_expect(command_get(dangerous[i])->danger == DANGER_BREAK_GLASS);
	cr_expect(command_get(COMMAND_DETACH)->danger == DANGER_SAFE, "detaching stops nothing");
}

Test(command, completion_prefers_the_exact_name_then_prefix_then_letters_then_help)
{
	CommandId found[COMMAND_COUNT];
	cr_assert(command_complete(STR("sign"), found, COMMAND_COUNT) >= 2);
	cr_expect(found[0] == COMMAND_SIGN);
	cr_expect(found[1] == COMMAND_SCREEN_SIGNOFF);
	cr_assert(command_complete(STR("tmln"), found, COMMAND_COUNT) >= 1);
	cr_expect(found[0] == COMMAND_SCREEN_TIMELINE);
	size_t count = command_complete(STR("ssh-keygen"), found, COMMAND_COUNT);
	cr_expect(count == 1 && found[0] == COMMAND_PASTE_SIGNATURE);
	cr_expect(command_complete(STR("zzz"), found, COMMAND_COUNT) == 0);
	cr_expect(command_complete(STR(""), found, COMMAND_COUNT) > 40);
	cr_expect(command_complete(STR(""), found, 3) == 3);
}

Test(command, enter_means_a_name_or_how_one_begins_and_never_a_word_of_the_help)
{
	static const struct { const char *typed; CommandId id; } rows[] = {
		{ "end", COMMAND_CLOSE_INCIDENT }, { "close", COMMAND_CLOSE_INCIDENT }, { "clo", COMMAND_CLOSE_INCIDENT }, { "ledg", COMMAND_SCREEN_LEDGER },
		{ "LEDG", COMMAND_SCREEN_LEDGER }, { "closed", COMMAND_NONE }, { "tmln", COMMAND_NONE }, { "", COMMAND_NONE },
	};
	for (size_t i = 0; i < BG_LENGTH(rows); i++) {
		const Command *meant = command_meant(str_from(rows[i].typed));
		cr_expect_eq(meant ? meant->id : COMMAND_NONE, rows[i].id, "%s", rows[i].typed);
	}
	CommandId found[COMMAND_COUNT];
	cr_expect(command_complete(STR("clo"), found, COMMAND_COUNT) > 0 && found[0] == COMMAND_CLOSE_INCIDENT);
}

Test(command, the_markdown_table_holds_every_command)
{
	Keymap keymap;
	AUTO_CLEAR(Buf) out = {0};
	keymap_init(&keymap);
	command_write_markdown(&keymap, &out);
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		AUTO_CLEAR(Buf) name = {0};
		buf_printf(&name, "`%s`", command_get((CommandId) i)->name);
		cr_expect(strstr(buf_text(&out), buf_text(&name)), "%s", buf_text(&name));
	}
}
