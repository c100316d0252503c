/* imperative.h: does a sentence tell somebody to do something? Hand-matched, linear, no regular expressions. */
#pragma once
#include <stdbool.h>
#include "core/base/str.h"

bool text_is_imperative(Str text);          /* the first sentence is an instruction */
bool text_is_obligation(Str text);          /* "a user with admin rights should update ...": counts in bullets only */
/* "Consider backing up the database": two words or more, and the first is a verb that is seldom a noun. */
bool heading_is_imperative(Str heading);
bool text_describes(Str lead);              /* "The objectives are:" announces facts, not steps */
bool text_is_conditional(Str text);         /* "If X ...", "... if necessary" */
bool text_is_optional(Str text);            /* "Optionally ...", "(optional)" */
bool text_is_warning(Str text);             /* "IMPORTANT: ...", "Warning! ..." */
/* What stands behind "IMPORTANT:"; the text itself when it is no warning. */
Str text_after_warning(Str text);
bool text_is_example(Str text);             /* "e.g. ...", "For example ..." */
bool text_is_output_lead(Str text);         /* "The output looks like:" */
/* The next word at the front of *rest: letters, digits, inner hyphens and apostrophes. Empty at the end. */
Str text_next_word(Str *rest);
Str text_first_sentence(Str text);
