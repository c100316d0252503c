/* fuzz.h: what several targets need: what must be true of every refusal and of every text that is shown, and a folder for what is read from files. */
#pragma once
#include <stddef.h>

#include "core/base/alloc.h"
#include "core/base/error.h"
#include "core/base/text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* A target may define it: whether the corpus that was replayed holds all that it must. Asked once, after the last file; false fails the test. */
bool fuzz_corpus_is_whole(void);

/* Input can be refused, but it can never show a bug of ours, and it is always told why. */
void fuzz_refused(const Error *err);
/* Valid UTF-8, and nothing in it that a terminal obeys or a reader is fooled by; line breaks only in a block. */
void fuzz_harmless(Str text, SanitiseMode mode);
/* A folder of this process, in memory where the machine has such a place; it goes when the process ends. Borrowed. */
const char *fuzz_folder(void);
/* FOLDER/name; owned. */
char *fuzz_path(const char *name);
/* Writes FOLDER/name, readable by nobody else, making the folder that it names. */
void fuzz_write(const char *name, Str bytes);
/* Cuts the first line off: what a target takes as its settings. */
Str fuzz_line(Str *rest);
