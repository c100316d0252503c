/* decoder.h: bytes from a terminal -> keys and pastes. Pure: it knows no clock, the caller says when a lone
 * escape has waited long enough. Understands what xterm, the Linux console, screen, tmux and rxvt send, and further strings given by
 * the terminal's own description. Unknown sequences are swallowed whole, never typed. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "tui/keys/key.h"

/* A paste longer than this is cut; a signature is under 4 KiB. */
#define KEY_PASTE_MAX (256 * 1024)
/* How long a lone escape byte may be the beginning of a sequence. Short: somebody waits for the dialog to close. On a slow line the rest of a
 * sequence may come later than that. Then the escape has acted already, which closes or goes back and harms nothing; its tail, when it comes in
 * one piece, is taken for the key or the paste that it is, and never typed: see KEY_TAIL_MS. */
#define KEY_ESCAPE_WAIT_MS 30
/* How long what can only be the beginning of a sequence or of a character waits for its end; then it is line noise. */
#define KEY_SEQUENCE_WAIT_MS 1000
/* So long after a lone escape "[A" is the tail of a sequence, not two keys. */
#define KEY_TAIL_MS 2000
/* How long a paste may pause before it is taken as ended: a lost end mark must not swallow the keyboard. */
#define KEY_PASTE_WAIT_MS 1500

typedef enum KeyInputKind { KEY_INPUT_KEY, KEY_INPUT_PASTE } KeyInputKind;

typedef struct KeyInput {
	KeyInputKind kind;
	KeyChord key;
	Str paste;             /* borrowed until the next call; raw bytes, newlines as \n */
	bool paste_was_cut;    /* more than KEY_PASTE_MAX was pasted */
} KeyInput;

typedef struct KeyDecoder KeyDecoder;
KeyDecoder *key_decoder_new(void);
/* A string that this terminal sends for a key, from its description. Copies; strings that do not begin with ESC are ignored. */
void key_decoder_learn(KeyDecoder *decoder, const char *sequence, KeyChord key);
void key_decoder_feed(KeyDecoder *decoder, const void *bytes, size_t len);
/* Nothing waits to be decoded. */
bool key_decoder_is_empty(const KeyDecoder *decoder);
/* The next complete input. False when more bytes are needed. */
bool key_decoder_next(KeyDecoder *decoder, KeyInput *ret_input);
/* How long to wait for the rest of what has begun to arrive, before key_decoder_flush() takes it for what it is;
 * -1 when nothing has begun. */
int key_decoder_wait_ms(const KeyDecoder *decoder);
void key_decoder_flush(KeyDecoder *decoder);
/* KEY_TAIL_MS went by without a byte: what comes now was typed. */
void key_decoder_forget(KeyDecoder *decoder);
KeyDecoder *key_decoder_free(KeyDecoder *decoder);
BG_DEFINE_FREEP(KeyDecoder, key_decoder_free)
