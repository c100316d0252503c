/* test_order.c: which of several incidents is the newest. */
#include "core/journal/order.h"

#include "chronicle.h"
#include "core/base/alloc.h"
#include "core/base/file.h"

#define SECOND INT64_C(1795302000000)   /* 2026-11-21 23:00:00Z */

static void declare(TempFolder *folder, const char *name, int64_t time_ms)
{
	Error err;
	Journal *journal = NULL;
	const char *path = temp_path(folder, name);
	assert_ok(file_make_folder(path, 0700, &err), &err);
	assert_ok(journal_open(path, NULL, NULL, &journal, NULL, &err), &err);
	AUTO(Json) *data = json_new_object();
	json_add_string(data, "incident", name);
	assert_ok(journal_append(journal, "ann", "uid", "incident.declared", data, (WallTime) { time_ms }, 0, NULL, NULL, &err), &err);
	journal_close(journal);
}

static void expect_order(const TempFolder *folder, const char *expected)
{
	AUTO_CLEAR(StrList) names = { 0 };
	Error err;
	assert_ok(file_list_folder(folder->path, &names, &err), &err);
	journal_order(folder->path, &names);
	AUTO_FREE char *joined = strlist_join(&names, " ");
	assert_text("order", joined, expected);
}

Test(order, two_of_the_same_second_stand_as_they_were_declared)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	declare(&folder, "20261121-230000-zebra", SECOND + 100);
	declare(&folder, "20261121-230000-ape", SECOND + 900);
	declare(&folder, "20261121-225959-later", SECOND - 1);
	expect_order(&folder, "20261121-225959-later 20261121-230000-zebra 20261121-230000-ape");
}

Test(order, a_number_behind_the_title_counts_as_a_number)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	declare(&folder, "20261121-230000-it", SECOND + 1);
	declare(&folder, "20261121-230000-it-2", SECOND + 2);
	declare(&folder, "20261121-230000-it-10", SECOND + 10);
	expect_order(&folder, "20261121-230000-it 20261121-230000-it-2 20261121-230000-it-10");
}

Test(order, what_cannot_be_read_stands_where_its_name_says)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	Error err;
	declare(&folder, "20261121-230000-zebra", SECOND + 100);
	declare(&folder, "20261121-230002-newest", SECOND + 2000);
	assert_ok(file_make_folder(temp_path(&folder, "20261121-230001-empty"), 0700, &err), &err);
	assert_ok(file_make_folder(temp_path(&folder, "20261121-230001-torn"), 0700, &err), &err);
	(void) temp_write(&folder, "20261121-230001-torn/journal.jsonl", "{\"seq\":1,\"time\"");
	assert_ok(file_make_folder(temp_path(&folder, "notes"), 0700, &err), &err);
	expect_order(&folder, "notes 20261121-230000-zebra 20261121-230001-empty 20261121-230001-torn 20261121-230002-newest");
	Record record;
	assert_refused(journal_first(temp_path(&folder, "notes"), &record, &err), &err, ERROR_MISSING, "cannot open the journal");
	assert_refused(journal_first(temp_path(&folder, "20261121-230001-torn"), &record, &err), &err, ERROR_INVALID, "no first record");
}
