/* chronicle.h: a journal with a few records in a folder of the test, and ways to damage it. */
#pragma once
#include "core/journal/journal.h"
#include "tests/support/support.h"

/* Appends a note; its text has to be quoted in JSON already. */
void note_append(Journal *journal, const char *text);
/* An open journal in the folder. */
Journal *journal_in(TempFolder *folder, JournalOpened *ret_opened);
/* Opens, appends `count` notes, closes; returns the bytes of the file, owned. */
char *journal_of_notes(TempFolder *folder, int count);
void journal_bytes_write(TempFolder *folder, const char *bytes, size_t len);
