/* bind.h: one directive turned into the typed thing that a step, a phase or the document carries. Private to this
 * folder. */
#pragma once
#include "core/playbook/build.h"

PlaybookAction bind_action(Builder *builder, const Directive *directive);
PlaybookVerify bind_verify(Builder *builder, const Directive *directive);
PlaybookGuard bind_guard(Builder *builder, const Directive *directive);
PlaybookTimer bind_timer(const Directive *directive);
PlaybookGate *bind_gate(Builder *builder, const Directive *directive);
void bind_command(Builder *builder, const Directive *directive, StepCommand *command);
/* Calls `add` for each name of an opens or closes. */
LedgerMark bind_mark(const Directive *directive, const char *name);
/* Splits "a|b" or "a,b" into the arena. */
void bind_split(Arena *arena, const char *text, char separator, const char ***ret_items, size_t *ret_count);
