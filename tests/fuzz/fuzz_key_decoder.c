/* What a terminal sends, whole and cut at any place, is the same keys: a sequence may arrive in pieces. A paste is bounded. */
#include "fuzz.h"
#include "tui/keys/decoder.h"

static void take(KeyDecoder *decoder, Buf *out)
{
	KeyInput input;
	while (key_decoder_next(decoder, &input)) {
		if (input.kind == KEY_INPUT_PASTE) {
			BG_ASSERT(input.paste.len <= KEY_PASTE_MAX);
			buf_printf(out, "paste %zu %d\n", input.paste.len, input.paste_was_cut);
			buf_put_str(out, input.paste);
			continue;
		}
		BG_ASSERT(input.key.name < KEY_NAME_COUNT);
		buf_printf(out, "key %d %u %u\n", (int) input.key.name, input.key.code_point, input.key.modifiers);
	}
}

static void read_in_two(Str text, size_t cut, Buf *out)
{
	AUTO(KeyDecoder) *decoder = key_decoder_new();
	key_decoder_learn(decoder, "\033[9;9q", key_named(KEY_HOME));
	key_decoder_feed(decoder, text.ptr, cut);
	take(decoder, out);
	key_decoder_feed(decoder, text.ptr + cut, text.len - cut);
	take(decoder, out);
	key_decoder_flush(decoder);
	take(decoder, out);
	BG_ASSERT(key_decoder_wait_ms(decoder) == -1);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(Buf) whole = { 0 };
	AUTO_CLEAR(Buf) cut = { 0 };
	Str text = { size ? (const char *) data : "", size };
	read_in_two(text, size, &whole);
	read_in_two(text, size ? data[size - 1] % (size + 1) : 0, &cut);
	BG_ASSERT(str_eq(buf_str(&whole), buf_str(&cut)));
	return 0;
}
