/* text.h: text from outside made harmless, and UTF-8 arithmetic that needs no locale. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"

/* Decodes one code point; advances *rest. Invalid bytes give U+FFFD and advance by one. False at the end. */
bool utf8_next(Str *rest, uint32_t *ret_code_point);
void utf8_append(Buf *out, uint32_t code_point);
bool utf8_is_valid(Str text);
/* Columns on a terminal: 0 for combining and zero-width, 2 for wide East Asian and emoji, else 1; -1 for controls. */
int code_point_width(uint32_t code_point);
size_t text_plain_ascii(Str text);                     /* bytes of printable ASCII at the front: one column each */
size_t text_width(Str text);                          /* controls count 1 (they are shown replaced) */
/* Bytes of the longest prefix that fits `columns`; *ret_width its width. */
size_t text_fit(Str text, size_t columns, size_t *ret_width);

/* A filter as people type it: every word of it must be in `text`, and no word behind an exclamation mark ("worker !ok"). Case does not matter. NULL or "" passes all. */
bool text_passes(Str text, const char *filter);

typedef enum SanitiseMode { SANITISE_LINE, SANITISE_BLOCK } SanitiseMode;
/* Appends `text` with nothing left that a terminal obeys or a reader can be fooled by: escape sequences (CSI, OSC, DCS,
 * ...) are dropped whole, other C0/C1 bytes become U+FFFD (tab: blanks to 8 columns in BLOCK, one blank in LINE), bidi
 * controls, zero-width and other invisible format characters become U+FFFD, invalid UTF-8 becomes U+FFFD. LINE turns
 * newlines into blanks; BLOCK keeps \n, drops \r before it, and a lone \r starts the line again (progress bars show
 * their last state). */
void text_sanitise(Str text, SanitiseMode mode, Buf *out);
char *text_sanitised_line(const char *text);          /* owned */

/* POSIX sh single-quoted form of `text`: it's -> 'it'\''s'. Plain words of [A-Za-z0-9_./:=@%+,-] stay as they are. */
void shell_quote(Str text, Buf *out);
