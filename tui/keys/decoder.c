/* decoder.c: the byte side of the keyboard. Sequences are: ESC [ parameters final (CSI), ESC O letter (SS3),
 * ESC character (alt), controls, and UTF-8 text; ESC [ 200 ~ begins a paste and ESC [ 201 ~ ends it.
 * References: ECMA-48 5.4, and ctlseqs of xterm for the modifier parameter (1 + shift 1 + alt 2 + ctrl 4). */
#include "tui/keys/decoder.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#define MAX_LEARNED 64
#define MAX_SEQUENCE 32
#define MAX_STRING 4096
#define MOUSE_BYTES 3      /* button, column, row, each a byte of any value */

typedef struct Learned { char *sequence; size_t len; KeyChord key; } Learned;

struct KeyDecoder {
	Buf bytes;             /* not yet decoded */
	Buf paste;
	bool in_paste, paste_was_cut, flush;
	bool after_escape;     /* the last key was an escape that waited in vain for the rest of a sequence */
	Learned learned[MAX_LEARNED];
	size_t learned_count;
};

typedef enum Step { STEP_MORE, STEP_KEY, STEP_NOTHING } Step;

static const char paste_end[] = "\033[201~";

KeyDecoder *key_decoder_new(void)
{
	return bg_calloc(1, sizeof(KeyDecoder));
}

KeyDecoder *key_decoder_free(KeyDecoder *decoder)
{
	if (!decoder)
		return NULL;
	for (size_t i = 0; i < decoder->learned_count; i++)
		free(decoder->learned[i].sequence);
	buf_clear(&decoder->paste);
	buf_clear(&decoder->bytes);
	free(decoder);
	return NULL;
}

void key_decoder_learn(KeyDecoder *decoder, const char *sequence, KeyChord key)
{
	if (!sequence || sequence[0] != '\033' || !sequence[1] || decoder->learned_count == MAX_LEARNED)
		return;
	decoder->learned[decoder->learned_count++] =
		(Learned){ .sequence = bg_strdup(sequence), .len = strlen(sequence), .key = key };
}

void key_decoder_feed(KeyDecoder *decoder, const void *bytes, size_t len)
{
	buf_append(&decoder->bytes, bytes, len);
	decoder->flush = false;
}

bool key_decoder_is_empty(const KeyDecoder *decoder)
{
	return !decoder->in_paste && decoder->bytes.len == 0;
}

int key_decoder_wait_ms(const KeyDecoder *decoder)
{
	if (decoder->in_paste)
		return KEY_PASTE_WAIT_MS;
	if (decoder->bytes.len == 0)
		return -1;
	return decoder->bytes.len == 1 && decoder->bytes.data[0] == '\033' ? KEY_ESCAPE_WAIT_MS : KEY_SEQUENCE_WAIT_MS;
}

void key_decoder_flush(KeyDecoder *decoder)
{
	decoder->flush = key_decoder_wait_ms(decoder) >= 0;
}

void key_decoder_forget(KeyDecoder *decoder)
{
	decoder->after_escape = false;
}

static uint8_t modifiers_from_parameter(unsigned parameter)
{
	unsigned bits = parameter > 1 ? parameter - 1 : 0;
	return (uint8_t) ((bits & 1 ? KEY_SHIFT : 0) | (bits & 2 ? KEY_ALT : 0) | (bits & 4 ? KEY_CTRL : 0));
}

static const struct { char final; KeyName name; } letters[] = {
	{ 'A', KEY_UP }, { 'B', KEY_DOWN }, { 'C', KEY_RIGHT }, { 'D', KEY_LEFT }, { 'H', KEY_HOME }, { 'F', KEY_END },
	{ 'P', KEY_F1 }, { 'Q', KEY_F2 }, { 'R', KEY_F3 }, { 'S', KEY_F4 },
};

static const struct { unsigned number; KeyName name; } numbers[] = {
	{ 1, KEY_HOME }, { 2, KEY_INSERT }, { 3, KEY_DELETE }, { 4, KEY_END }, { 5, KEY_PAGE_UP }, { 6, KEY_PAGE_DOWN },
	{ 7, KEY_HOME }, { 8, KEY_END }, { 11, KEY_F1 }, { 12, KEY_F2 }, { 13, KEY_F3 }, { 14, KEY_F4 }, { 15, KEY_F5 },
	{ 17, KEY_F6 }, { 18, KEY_F7 }, { 19, KEY_F8 }, { 20, KEY_F9 }, { 21, KEY_F10 }, { 23, KEY_F11 }, { 24, KEY_F12 },
};

static Step key_from_letter(char final, unsigned modifier, KeyChord *ret_key)
{
	if (final == 'Z') {
		*ret_key = (KeyChord){ .name = KEY_TAB, .modifiers = KEY_SHIFT };
		return STEP_KEY;
	}
	for (size_t i = 0; i < BG_LENGTH(letters); i++) {
		if (letters[i].final != final)
			continue;
		*ret_key = (KeyChord){ .name = letters[i].name, .modifiers = modifiers_from_parameter(modifier) };
		return STEP_KEY;
	}
	return STEP_NOTHING;
}

static Step key_from_number(unsigned number, unsigned modifier, KeyChord *ret_key)
{
	for (size_t i = 0; i < BG_LENGTH(numbers); i++) {
		if (numbers[i].number != number)
			continue;
		*ret_key = (KeyChord){ .name = numbers[i].name, .modifiers = modifiers_from_parameter(modifier) };
		return STEP_KEY;
	}
	return STEP_NOTHING;
}

/* ESC [ ... : `at` is the first byte after the bracket. Sets *used to all bytes of the sequence. */
static Step decode_csi(KeyDecoder *decoder, Str bytes, size_t at, size_t *used, KeyChord *ret_key)
{
	unsigned parameters[2] = { 0, 0 };
	size_t parameter = 0, first = at;
	/* The Linux console sends ESC [ [ A for F1 to F5. */
	if (at < bytes.len && bytes.ptr[at] == '[') {
		if (at + 1 == bytes.len)
			return STEP_MORE;
		*used = at + 2;
		unsigned offset = (unsigned) (unsigned char) bytes.ptr[at + 1] - 'A';
		*ret_key = key_named((KeyName) (KEY_F1 + (offset < 5 ? offset : 0)));
		return offset < 5 ? STEP_KEY : STEP_NOTHING;
	}
	for (; at < bytes.len; at++) {
		char c = bytes.ptr[at];
		if (c >= '0' && c <= '9' && parameter < 2 && parameters[parameter] < 10000)
			parameters[parameter] = parameters[parameter] * 10 + (unsigned) (c - '0');
		else if (c == ';')
			parameter++;
		if ((unsigned char) c < 0x20 || (unsigned char) c >= 0x7f) {
			*used = at;
			return STEP_NOTHING;
		}
		if (c < 0x40 && at < MAX_SEQUENCE)
			continue;
		*used = at + 1;
		/* A mouse, in its oldest way of speaking. What it does in the newer ones is swallowed with its sequence. */
		if (c == 'M' && at == first) {
			*used += MOUSE_BYTES;
			return bytes.len < *used ? STEP_MORE : STEP_NOTHING;
		}
		if (c == '~' && parameters[0] == 200) {
			decoder->in_paste = true;
			decoder->paste_was_cut = false;
			buf_truncate(&decoder->paste, 0);
			return STEP_NOTHING;
		}
		return c == '~' ? key_from_number(parameters[0], parameters[1], ret_key) : key_from_letter(c, parameters[1], ret_key);
	}
	return STEP_MORE;
}

static KeyChord key_from_control(unsigned char c)
{
	static const struct { unsigned char byte; KeyName name; } named[] = {
		{ '\r', KEY_ENTER }, { '\n', KEY_ENTER }, { '\t', KEY_TAB }, { 0x7f, KEY_BACKSPACE }, { 0x08, KEY_BACKSPACE },
		{ 0x1b, KEY_ESC },
	};
	for (size_t i = 0; i < BG_LENGTH(named); i++)
		if (named[i].byte == c)
			return key_named(named[i].name);
	uint32_t letter = c == 0 ? ' ' : c < 27 ? (uint32_t) (c - 1 + 'a') : (uint32_t) (c + 0x40);
	return (KeyChord){ .name = KEY_CHARACTER, .code_point = letter, .modifiers = KEY_CTRL };
}

/* Text: one code point, or STEP_MORE while its UTF-8 bytes are not all here. */
static Step decode_text(KeyDecoder *decoder, Str bytes, size_t *used, KeyChord *ret_key)
{
	unsigned char c = (unsigned char) bytes.ptr[0];
	if (c < 0x20 || c == 0x7f) {
		*ret_key = key_from_control(c);
		*used = 1;
		return STEP_KEY;
	}
	size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
	for (size_t i = 1; i < need && i < bytes.len; i++)
		if (((unsigned char) bytes.ptr[i] & 0xc0) != 0x80)
			need = i;
	if (bytes.len < need && !decoder->flush)
		return STEP_MORE;
	Str rest = bytes;
	uint32_t code_point = 0;
	(void) utf8_next(&rest, &code_point);
	*used = bytes.len - rest.len;
	*ret_key = key_character(code_point);
	/* Half a character or a stray byte is line noise, not something that anybody typed. */
	return code_point == 0xfffd ? STEP_NOTHING : STEP_KEY;
}

static Step decode_learned(KeyDecoder *decoder, Str bytes, size_t *used, KeyChord *ret_key)
{
	Step result = STEP_NOTHING;
	for (size_t i = 0; i < decoder->learned_count; i++) {
		const Learned *learned = &decoder->learned[i];
		size_t common = learned->len < bytes.len ? learned->len : bytes.len;
		if (memcmp(learned->sequence, bytes.ptr, common) != 0)
			continue;
		if (common < learned->len) {
			result = STEP_MORE;
			continue;
		}
		*used = learned->len;
		*ret_key = learned->key;
		return STEP_KEY;
	}
	return result;
}

/* ESC O letter. */
static Step decode_keypad(Str bytes, size_t *used, KeyChord *ret_key)
{
	*used = 3;
	if (bytes.len < 3)
		return STEP_MORE;
	if (bytes.ptr[2] != 'M')
		return key_from_letter(bytes.ptr[2], 0, ret_key);
	*ret_key = key_named(KEY_ENTER);   /* only here: after ESC [ it is what a mouse did */
	return STEP_KEY;
}

/* What a terminal answers, though nobody asked it: ESC ] ... up to BEL or ESC \. */
static Step decode_string(Str bytes, size_t *used)
{
	for (size_t i = 2; i < bytes.len && i < MAX_STRING; i++) {
		bool bell = bytes.ptr[i] == '\007', end = bytes.ptr[i] == '\\' && bytes.ptr[i - 1] == '\033' && i > 2;
		*used = i + 1;
		if (bell || end)
			return STEP_NOTHING;
	}
	return bytes.len < MAX_STRING ? STEP_MORE : STEP_NOTHING;
}

static Step decode_escape(KeyDecoder *decoder, Str bytes, size_t *used, KeyChord *ret_key)
{
	Step step = decode_learned(decoder, bytes, used, ret_key);
	if (step == STEP_KEY)
		return step;
	if (bytes.len == 1)
		return STEP_MORE;
	if (bytes.ptr[1] == '[')
		return decode_csi(decoder, bytes, 2, used, ret_key);
	if (bytes.ptr[1] == 'O')
		return decode_keypad(bytes, used, ret_key);
	if (strchr("]PX^_", bytes.ptr[1]))
		return decode_string(bytes, used);
	if (bytes.ptr[1] == '\033') {
		*used = 1;
		*ret_key = key_named(KEY_ESC);
		return STEP_KEY;
	}
	step = decode_text(decoder, str_slice(bytes, 1, SIZE_MAX), used, ret_key);
	*used += 1;
	if (step == STEP_KEY)
		ret_key->modifiers |= KEY_ALT;
	return step;
}

/* "[A", "[200~": what belongs to an escape that has been taken for a key already. */
static Step decode_tail(KeyDecoder *decoder, Str bytes, size_t *used, KeyChord *ret_key)
{
	AUTO_CLEAR(Buf) whole = {0};
	if (bytes.len < 2 || (bytes.ptr[0] != '[' && bytes.ptr[0] != 'O'))
		return STEP_NOTHING;
	buf_putc(&whole, '\033');
	buf_append(&whole, bytes.ptr, bytes.len < MAX_SEQUENCE ? bytes.len : MAX_SEQUENCE);
	Step step = decode_escape(decoder, buf_str(&whole), used, ret_key);
	*used -= step == STEP_KEY || decoder->in_paste;
	return decoder->in_paste ? STEP_KEY : step;
}

static Step decode(KeyDecoder *decoder, Str bytes, size_t *used, KeyChord *ret_key)
{
	bool escape = bytes.ptr[0] == '\033', after_escape = decoder->after_escape;
	decoder->after_escape = false;
	if (after_escape && decode_tail(decoder, bytes, used, ret_key) == STEP_KEY)
		return decoder->in_paste ? STEP_NOTHING : STEP_KEY;
	Step step = escape ? decode_escape(decoder, bytes, used, ret_key) : decode_text(decoder, bytes, used, ret_key);
	if (step != STEP_MORE || !decoder->flush)
		return step;
	/* Nothing more came: the escape was a key of its own. What began behind it is noise of the line and must not be typed. */
	*used = bytes.len;
	*ret_key = key_named(KEY_ESC);
	decoder->after_escape = bytes.len == 1;
	return STEP_KEY;
}

/* Moves pasted bytes over; true when the end of the paste was seen. */
static bool collect_paste(KeyDecoder *decoder)
{
	Str bytes = buf_str(&decoder->bytes);
	ptrdiff_t end = str_find(bytes, paste_end);
	size_t keep = decoder->flush ? 0 : strlen(paste_end) - 1;
	size_t take = end >= 0 ? (size_t) end : bytes.len > keep ? bytes.len - keep : 0;
	for (size_t i = 0; i < take; i++) {
		char c = bytes.ptr[i] == '\r' ? '\n' : bytes.ptr[i];
		if (decoder->paste.len < KEY_PASTE_MAX)
			buf_putc(&decoder->paste, c);
		else
			decoder->paste_was_cut = true;
	}
	buf_consume(&decoder->bytes, end >= 0 ? take + strlen(paste_end) : take);
	decoder->in_paste = end < 0 && !decoder->flush;
	return !decoder->in_paste;
}

bool key_decoder_next(KeyDecoder *decoder, KeyInput *ret_input)
{
	for (;;) {
		if (decoder->in_paste) {
			if (!collect_paste(decoder))
				return false;
			*ret_input = (KeyInput){ .kind = KEY_INPUT_PASTE, .paste = buf_str(&decoder->paste),
				.paste_was_cut = decoder->paste_was_cut };
			return true;
		}
		if (decoder->bytes.len == 0)
			return false;
		size_t used = 0;
		KeyChord key = {0};
		Step step = decode(decoder, buf_str(&decoder->bytes), &used, &key);
		if (step == STEP_MORE)
			return false;
		buf_consume(&decoder->bytes, used);
		if (step == STEP_KEY) {
			*ret_input = (KeyInput){ .kind = KEY_INPUT_KEY, .key = key };
			return true;
		}
	}
}
