/* Tests of tui/keys/decoder.h: bytes in, keys out, however the bytes are cut into pieces. */
#include "tui/keys/decoder.h"

#include "tests/support/support.h"

/* Appends what the decoder gives, one word per input. */
static void drain(KeyDecoder *decoder, Buf *out)
{
	KeyInput input;
	while (key_decoder_next(decoder, &input)) {
		char text[KEY_TEXT_SIZE];
		if (out->len)
			buf_putc(out, ' ');
		if (input.kind == KEY_INPUT_PASTE)
			buf_printf(out, "paste(%.*s)%s", STR_ARG(input.paste), input.paste_was_cut ? "cut" : "");
		else
			buf_puts(out, key_format(input.key, text));
	}
}

typedef struct Case { const char *bytes, *expected; } Case;

static const Case cases[] = {
	{ "a", "a" }, { "Gg", "G g" }, { " ", "space" }, { "\r", "enter" }, { "\n", "enter" }, { "\t", "tab" },
	{ "\177", "backspace" }, { "\010", "backspace" }, { "\014", "ctrl-l" }, { "\032", "ctrl-z" }, { "\037", "ctrl-_" },
	{ "\033[A", "up" }, { "\033OA", "up" }, { "\033[B\033[C", "down right" }, { "\033[H", "home" }, { "\033[1~", "home" },
	{ "\033[4~", "end" }, { "\033[5~\033[6~", "pgup pgdn" }, { "\033[3~", "delete" }, { "\033OP", "f1" }, { "\033[11~", "f1" },
	{ "\033[[A", "f1" }, { "\033[24~", "f12" }, { "\033[Z", "shift-tab" }, { "\033[1;5C", "ctrl-right" },
	{ "\033[1;2A", "shift-up" }, { "\033[5;3~", "alt-pgup" }, { "\033x", "alt-x" }, { "\033\033[A", "esc up" },
	{ "é世", "é 世" }, { "a\xff" "b", "a b" }, { "\033[99~x", "x" }, { "\033[?62;4cx", "x" },
	{ "\033[200~sig\rnature\033[201~y", "paste(sig\nnature) y" }, { "\033[200~a\033[Ab\033[201~", "paste(a\033[Ab)" },
	{ "\033[200~\033[201~", "paste()" }, { "\033[12\002z", "ctrl-b z" }, { "\033[[Zx", "x" },
	/* What a mouse does, in four ways of saying it, and what terminals answer: never keys. */
	{ "\033[M !\"x", "x" }, { "\033[M\xff\xfe\xfdx", "x" }, { "\033[<0;10;20Mx", "x" }, { "\033[<0;10;20mx", "x" }, { "\033[32;10;20Mx", "x" },
	{ "\033OM", "enter" }, { "\033]11;rgb:0/0/0\033\\x", "x" }, { "\033]52;c;eXk=\007x", "x" }, { "\033P>|xterm\033\\x", "x" },
	{ "\033[Ix", "x" },
};

Test(key_decoder, keys_come_out_whole_in_one_piece_or_byte_by_byte)
{
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO(KeyDecoder) *whole = key_decoder_new();
		AUTO(KeyDecoder) *bytewise = key_decoder_new();
		AUTO_CLEAR(Buf) a = {0};
		AUTO_CLEAR(Buf) b = {0};
		key_decoder_feed(whole, cases[i].bytes, strlen(cases[i].bytes));
		drain(whole, &a);
		assert_text(cases[i].bytes, buf_text(&a), cases[i].expected);
		for (const char *c = cases[i].bytes; *c; c++) {
			key_decoder_feed(bytewise, c, 1);
			drain(bytewise, &b);
		}
		assert_text(cases[i].bytes, buf_text(&b), cases[i].expected);
		cr_expect(key_decoder_wait_ms(whole) == -1);
	}
}

/* Behind an escape that nothing followed in time, the beginning of a sequence is noise: it is not typed. */
Test(key_decoder, a_lone_escape_waits_and_is_then_a_key)
{
	static const struct { const char *bytes, *before, *after; int wait_ms; } pending[] = {
		{ "\033", "", "esc", KEY_ESCAPE_WAIT_MS }, { "\033[", "", "esc", KEY_SEQUENCE_WAIT_MS }, { "x\033O", "x", "x esc", KEY_SEQUENCE_WAIT_MS },
		{ "\033[1;", "", "esc", KEY_SEQUENCE_WAIT_MS }, { "\xe4\xb8", "", "", KEY_SEQUENCE_WAIT_MS },
	};
	for (size_t i = 0; i < BG_LENGTH(pending); i++) {
		AUTO(KeyDecoder) *decoder = key_decoder_new();
		AUTO_CLEAR(Buf) out = {0};
		key_decoder_feed(decoder, pending[i].bytes, strlen(pending[i].bytes));
		drain(decoder, &out);
		assert_text(pending[i].bytes, buf_text(&out), pending[i].before);
		cr_expect(key_decoder_wait_ms(decoder) == pending[i].wait_ms);
		key_decoder_flush(decoder);
		drain(decoder, &out);
		assert_text(pending[i].bytes, buf_text(&out), pending[i].after);
		cr_expect(key_decoder_wait_ms(decoder) == -1);
	}
}

/* A slow line delivers the escape, and later what belonged to it. */
Test(key_decoder, the_late_tail_of_a_sequence_is_never_typed)
{
	static const struct { const char *tail, *expected; bool forgotten; } late[] = {
		{ "[A", "esc up", false }, { "OB", "esc down", false }, { "[5~", "esc pgup", false }, { "[1;5C", "esc ctrl-right", false },
		{ "[200~y\ny\033[201~", "esc paste(y\ny)", false }, { "[Ax", "esc up x", false },
		/* What people type after an escape stays what it is. */
		{ "[", "esc [", false }, { "[[", "esc [ [", false }, { "[q", "esc [ q", false }, { "j", "esc j", false }, { "[A", "esc [ A", true },
		{ "x[A", "esc x [ A", false },
	};
	for (size_t i = 0; i < BG_LENGTH(late); i++) {
		AUTO(KeyDecoder) *decoder = key_decoder_new();
		AUTO_CLEAR(Buf) out = {0};
		key_decoder_feed(decoder, "\033", 1);
		drain(decoder, &out);
		key_decoder_flush(decoder);
		drain(decoder, &out);
		if (late[i].forgotten)
			key_decoder_forget(decoder);
		key_decoder_feed(decoder, late[i].tail, strlen(late[i].tail));
		drain(decoder, &out);
		assert_text(late[i].tail, buf_text(&out), late[i].expected);
	}
}

Test(key_decoder, a_paste_without_an_end_does_not_swallow_the_keyboard)
{
	AUTO(KeyDecoder) *decoder = key_decoder_new();
	AUTO_CLEAR(Buf) out = {0};
	key_decoder_feed(decoder, "\033[200~abc", 9);
	drain(decoder, &out);
	cr_expect(key_decoder_wait_ms(decoder) == KEY_PASTE_WAIT_MS);
	key_decoder_flush(decoder);
	drain(decoder, &out);
	key_decoder_feed(decoder, "q", 1);
	drain(decoder, &out);
	assert_text("cut off", buf_text(&out), "paste(abc) q");
}

Test(key_decoder, a_huge_paste_is_cut_and_says_so)
{
	AUTO(KeyDecoder) *decoder = key_decoder_new();
	AUTO_CLEAR(Buf) bytes = {0};
	buf_puts(&bytes, "\033[200~");
	for (size_t i = 0; i < KEY_PASTE_MAX + 10; i++)
		buf_putc(&bytes, 'a');
	buf_puts(&bytes, "\033[201~");
	key_decoder_feed(decoder, bytes.data, bytes.len);
	KeyInput input;
	cr_assert(key_decoder_next(decoder, &input));
	cr_expect(input.kind == KEY_INPUT_PASTE && input.paste_was_cut && input.paste.len == KEY_PASTE_MAX);
}

Test(key_decoder, strings_of_an_odd_terminal_are_learned)
{
	AUTO(KeyDecoder) *decoder = key_decoder_new();
	AUTO_CLEAR(Buf) out = {0};
	key_decoder_learn(decoder, "\033Oa", (KeyChord){ .name = KEY_UP, .modifiers = KEY_CTRL });
	key_decoder_learn(decoder, "q", key_named(KEY_DOWN));
	key_decoder_learn(decoder, NULL, key_named(KEY_DOWN));
	key_decoder_feed(decoder, "\033Oaq", 4);
	drain(decoder, &out);
	assert_text("learned", buf_text(&out), "ctrl-up q");
}
