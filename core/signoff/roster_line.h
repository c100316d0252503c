/* roster_line.h: one line of an allowed_signers file, for this layer's own files. */
#pragma once
#include "core/signoff/roster.h"

typedef enum RosterLine { ROSTER_LINE_BLANK, ROSTER_LINE_ENTRY, ROSTER_LINE_BAD } RosterLine;

/* On BAD the cause is in `err`. */
RosterLine roster_line_parse(Str line, RosterEntry *ret_entry, Error *err);
void roster_entry_clear(RosterEntry *entry);
BG_DEFINE_CLEARP(RosterEntry, roster_entry_clear)
