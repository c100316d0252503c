/* wire.h: the SSH wire encoding (RFC 4251 section 5): big-endian uint32 and length-prefixed strings.
 * A WireReader borrows its bytes; once anything does not fit, `failed` stays set and every further value is empty. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/str.h"

typedef struct WireReader { Str rest; bool failed; } WireReader;

WireReader wire_reader(Str bytes);
uint8_t wire_byte(WireReader *reader);
uint32_t wire_u32(WireReader *reader);
uint64_t wire_u64(WireReader *reader);
Str wire_string(WireReader *reader);                    /* borrowed; may hold any bytes */
Str wire_take(WireReader *reader, size_t len);          /* borrowed; exactly `len` bytes */
/* Everything was read and nothing was missing. */
bool wire_done(const WireReader *reader);
/* The magnitude of a non-negative mpint of at most `max` bytes, without leading zeros; otherwise the reader fails. */
Str wire_mpint(WireReader *reader, size_t max);

void wire_put_byte(Buf *out, uint8_t value);
void wire_put_u32(Buf *out, uint32_t value);
void wire_put_string(Buf *out, Str text);
void wire_put_mpint(Buf *out, Str magnitude);           /* big-endian bytes; leading zeros are fine */
