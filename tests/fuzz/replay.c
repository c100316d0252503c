/* replay.c: gives a fuzz target every file of its corpus, whole and cut at sixteen places, as part of the ordinary
 * tests. A target that finds something wrong ends the process; the lines that are then missing from the plan are the
 * failure. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/file.h"
#include "fuzz.h"

#define CORPUS_FILE_MAX_BYTES (4U << 20)
#define CUTS 16

#pragma weak fuzz_corpus_is_whole

/* An allocation of its own size, so that a sanitizer sees a read beyond the end. */
static void replay(Str text)
{
	AUTO_FREE char *copy = str_dup(text);
	(void) LLVMFuzzerTestOneInput((const unsigned char *) copy, text.len);
}

static bool replay_file(const char *path)
{
	AUTO_CLEAR(Buf) text = { 0 };
	Error err = { 0 };
	if (!file_read(path, CORPUS_FILE_MAX_BYTES, &text, &err)) {
		char line[640];
		printf("# %s\n", error_format(&err, line, sizeof line));
		return false;
	}
	for (size_t i = 0; i <= CUTS; i++)
		replay(str_slice(buf_str(&text), 0, text.len * i / CUTS));
	return true;
}

int main(int argc, char **argv)
{
	AUTO_CLEAR(StrList) names = { 0 };
	Error err = { 0 };
	if (argc != 2 || !file_list_folder(argv[1], &names, &err) || !names.count) {
		puts("1..1\nnot ok 1 - the corpus has files");
		return EXIT_FAILURE;
	}
	printf("1..%zu\n", names.count + (fuzz_corpus_is_whole ? 1 : 0));
	bool ok = true;
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(argv[1], names.items[i]);
		bool replayed = replay_file(path);
		printf("%s %zu - %s\n", replayed ? "ok" : "not ok", i + 1, names.items[i]);
		(void) fflush(stdout);
		ok = ok && replayed;
	}
	if (fuzz_corpus_is_whole) {
		bool whole = fuzz_corpus_is_whole();
		printf("%s %zu - the corpus holds all that it must\n", whole ? "ok" : "not ok", names.count + 1);
		ok = ok && whole;
	}
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
