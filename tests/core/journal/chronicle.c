/* chronicle.c: see chronicle.h. */
#include "chronicle.h"

#include <fcntl.h>

#include "core/base/file.h"

void note_append(Journal *journal, const char *text)
{
	Error err;
	AUTO(Json) *data = json_new_object();
	json_add_string(data, "text", text);
	assert_ok(journal_append(journal, "ann", "uid", "note.added", data, (WallTime) { INT64_C(1770000000123) },
		journal_seq(journal) * 10, NULL, NULL, &err), &err);
}

Journal *journal_in(TempFolder *folder, JournalOpened *ret_opened)
{
	Journal *journal = NULL;
	Error err;
	assert_ok(journal_open(folder->path, NULL, NULL, &journal, ret_opened, &err), &err);
	return journal;
}

char *journal_of_notes(TempFolder *folder, int count)
{
	AUTO(Journal) *journal = journal_in(folder, NULL);
	for (int i = 0; i < count; i++)
		note_append(journal, i % 2 ? "the site is \"down\"\n" : "caf\xc3\xa9");
	return read_text(temp_path(folder, "journal.jsonl"));
}

/* Not made durable: damage is written many times over. */
void journal_bytes_write(TempFolder *folder, const char *bytes, size_t len)
{
	Error err;
	AUTO_CLOSE int fd = open(temp_path(folder, "journal.jsonl"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	cr_assert_geq(fd, 0);
	assert_ok(file_write_all(fd, bytes, len, &err), &err);
}
