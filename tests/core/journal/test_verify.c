/* test_verify.c: a sound folder has no problems; each way to change it has its own. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chronicle.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "tests/support/process.h"

#define LOG "{\"out\":\"paused\"}\n"
#define PLAYBOOK "# Fail over\n"

static void record(Journal *journal, const char *type, const char *data, int64_t time_ms, int64_t mono_ms)
{
	AUTO(Json) *json = NULL;
	Error err;
	assert_ok(json_parse(str_from(data), &json, &err), &err);
	assert_ok(journal_append(journal, "ann", "uid", type, json, (WallTime) { time_ms }, mono_ms, NULL, NULL, &err),
		&err);
}

/* A run, an action that was finished and one that was lost. */
static void write_incident(TempFolder *folder)
{
	char log[65], playbook[65];
	AUTO_CLEAR(Buf) data = { 0 };
	AUTO(Journal) *journal = journal_in(folder, NULL);
	sha256_hex(LOG, strlen(LOG), log);
	sha256_hex(PLAYBOOK, strlen(PLAYBOOK), playbook);
	(void) temp_write(folder, "actions/1.log", LOG);
	(void) temp_write(folder, "actions/2.log", "half a l");
	(void) temp_write(folder, "playbooks/failover.md", PLAYBOOK);
	record(journal, "incident.declared", "{\"incident\":\"i\"}", 1000, 0);
	buf_printf(&data, "{\"run\":\"r1\",\"playbook\":{\"sha256\":\"%s\"}}", playbook);
	record(journal, "run.started", buf_text(&data), 2000, 10);
	record(journal, "action.started", "{\"action\":1}", 3000, 20);
	buf_truncate(&data, 0);
	buf_printf(&data, "{\"action\":1,\"log_sha256\":\"%s\",\"log_bytes\":%zu}", log, strlen(LOG));
	record(journal, "action.finished", buf_text(&data), 2500, 30);
	record(journal, "action.started", "{\"action\":2}", 3000, 40);
	record(journal, "action.lost", "{\"action\":2}", 4000, 50);
}

/* The script that needs nothing of ours comes to the same verdict. */
static void script_agrees(TempFolder *folder, const char *name, bool sound)
{
	AUTO_FREE char *script = source_path("core/journal/verify.sh");
	pid_t pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0) {
		(void) execl("/bin/sh", "sh", script, folder->path, (char *) NULL);
		_exit(127);
	}
	int status = 0;
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status), "%s: the script was killed", name);
	cr_assert_eq(WEXITSTATUS(status), sound ? 0 : 1, "%s: the script says %d", name, WEXITSTATUS(status));
}

static void lists_are(TempFolder *folder, const char *name, const char *problems, const char *notes)
{
	AUTO_CLEAR(JournalReport) report = { 0 };
	Error err;
	assert_ok(journal_verify(folder->path, NULL, &report, &err), &err);
	AUTO_FREE char *problem_text = strlist_join(&report.problems, "\n");
	AUTO_FREE char *note_text = strlist_join(&report.notes, "\n");
	assert_text(name, problem_text, problems);
	if (notes)
		assert_text(name, note_text, notes);
	script_agrees(folder, name, report.problems.count == 0);
}

#define NOTES "journal.jsonl:4: the clock went back by 0 s\n" \
	"actions/2.log: no digest was recorded; the action runs, or its outcome was lost"

Test(verify, a_sound_record_has_no_problems_and_says_what_is_odd)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	write_incident(&folder);
	lists_are(&folder, "sound", "", NOTES);
	AUTO_CLEAR(JournalReport) report = { 0 };
	Error err;
	assert_ok(journal_verify(folder.path, NULL, &report, &err), &err);
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	cr_assert_str_eq(report.head, journal_head(journal));
	cr_assert_eq(report.records, 6);
}

static const struct { const char *name, *file, *bytes, *problem; } changes[] = {
	{ "log changed", "actions/1.log", "{\"out\":\"Paused\"}\n",
		"actions/1.log: not the bytes that journal.jsonl:4 recorded" },
	{ "log removed", "actions/1.log", NULL, "actions/1.log: the log of journal.jsonl:4 cannot be read: "
		"cannot open the file: No such file or directory" },
	{ "log added", "actions/9.log", "x", "actions/9.log: the journal has no such action" },
	{ "playbook changed", "playbooks/failover.md", "# Fail over now\n",
	"playbooks/: no copy of the playbook that journal.jsonl:2 runs "
		"(sha256 a293835449a25bfb...): missing or changed" },
	{ "playbook removed", "playbooks/failover.md", NULL,
	"playbooks/: no copy of the playbook that journal.jsonl:2 runs "
		"(sha256 a293835449a25bfb...): missing or changed" },
};

Test(verify, each_changed_file_is_a_problem)
{
	for (size_t i = 0; i < BG_LENGTH(changes); i++) {
		AUTO_CLEAR(TempFolder) folder = temp_folder();
		write_incident(&folder);
		if (changes[i].bytes)
			(void) temp_write(&folder, changes[i].file, changes[i].bytes);
		else
			cr_assert(unlink(temp_path(&folder, changes[i].file)) == 0);
		lists_are(&folder, changes[i].name, changes[i].problem, NULL);
	}
}

Test(verify, every_changed_byte_is_a_problem_or_another_head)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	write_incident(&folder);
	AUTO_FREE char *bytes = read_text(temp_path(&folder, "journal.jsonl"));
	AUTO_CLEAR(JournalReport) sound = { 0 };
	Error err;
	assert_ok(journal_verify(folder.path, NULL, &sound, &err), &err);
	size_t len = strlen(bytes);
	for (size_t i = 0; i < len; i++) {
		AUTO_CLEAR(JournalReport) report = { 0 };
		bytes[i] ^= 0x01;
		journal_bytes_write(&folder, bytes, len);
		assert_ok(journal_verify(folder.path, NULL, &report, &err), &err);
		cr_assert(report.problems.count || strcmp(report.head, sound.head) != 0, "byte %zu was changed unnoticed", i);
		bytes[i] ^= 0x01;
	}
}

Test(verify, a_broken_line_does_not_hide_what_follows)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	write_incident(&folder);
	AUTO_FREE char *bytes = read_text(temp_path(&folder, "journal.jsonl"));
	char *second = strchr(bytes, '\n') + 1;
	second[2] = 'X';
	(void) temp_write(&folder, "journal.jsonl", bytes);
	(void) temp_write(&folder, "actions/1.log", "other");
	AUTO_CLEAR(JournalReport) report = { 0 };
	Error err;
	assert_ok(journal_verify(folder.path, NULL, &report, &err), &err);
	cr_assert_eq(report.problems.count, 3);
	script_agrees(&folder, "broken line", false);
	cr_assert(strstr(report.problems.items[0], "journal.jsonl:2: not a journal record"));
	cr_assert(strstr(report.problems.items[1], "journal.jsonl:3: prev does not match"));
	cr_assert(strstr(report.problems.items[2], "actions/1.log"));
}

Test(verify, an_absent_or_empty_record_is_not_sound)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	JournalReport report;
	Error err;
	assert_refused(journal_verify(folder.path, NULL, &report, &err), &err, ERROR_MISSING, "cannot open the journal");
	(void) temp_write(&folder, "journal.jsonl", "");
	lists_are(&folder, "empty", "journal.jsonl: no records", "");
	(void) temp_write(&folder, "journal.jsonl", "torn");
	lists_are(&folder, "torn", "journal.jsonl: no records",
		"journal.jsonl: a torn last line of 4 bytes: a write that was never confirmed");
}

Test(verify, the_script_finds_every_line_that_was_changed)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	write_incident(&folder);
	AUTO_FREE char *bytes = read_text(temp_path(&folder, "journal.jsonl"));
	size_t len = strlen(bytes), last = len - 1;
	while (bytes[last - 1] != '\n')
		last--;
	/* The last line is what no line after it vouches for. */
	for (size_t i = 0; i < last; i += 61) {
		bytes[i] ^= 0x01;
		journal_bytes_write(&folder, bytes, len);
		script_agrees(&folder, "changed byte", false);
		bytes[i] ^= 0x01;
	}
}

#define SUBJECT "1111111111111111111111111111111111111111111111111111111111111111"

/* A sign-off by a fresh key over a text with the given checkpoint; its receipt too. */
static void write_signoff(TempFolder *folder, const char *text)
{
	AUTO_CLEAR(ProgramRun) made = { 0 };
	AUTO_CLEAR(ProgramRun) signing = { 0 };
	const char *key = temp_path(folder, "key");
	run_program((const char *const[]) { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key, NULL }, NULL, NULL,
		&made);
	cr_assert_eq(made.status, 0);
	run_program((const char *const[]) { "ssh-keygen", "-Y", "sign", "-n", "signoff@breakglass", "-f", key, NULL }, text,
		NULL, &signing);
	cr_assert_eq(signing.status, 0);
	AUTO(Json) *data = json_new_object();
	AUTO_CLEAR(ProgramRun) shown = { 0 };
	run_program((const char *const[]) { "ssh-keygen", "-lf", key, NULL }, NULL, NULL, &shown);
	AUTO_CLEAR(StrList) words = { 0 };
	strlist_split(&words, buf_str(&shown.out), ' ');
	json_add_string(data, "run", "r1");
	json_add_string(data, "key", words.items[1]);
	json_add_string(data, "gate", "break \"glass\"");
	json_add_string(data, "role", "product");
	json_add_string(data, "person", "pat");
	json_add_string(data, "decision", "yes");
	json_add_string(data, "subject", SUBJECT);
	json_add_string(data, "statement", text);
	json_add_string(data, "signature", buf_text(&signing.out));
	AUTO_FREE char *written = json_text(data);
	AUTO(Journal) *journal = journal_in(folder, NULL);
	record(journal, "signoff.given", written, 5000, 60);
	AUTO_CLEAR(Buf) receipt = { 0 };
	buf_printf(&receipt, "%s%s", text, buf_text(&signing.out));
	(void) temp_write(folder, "receipts/pat.txt", buf_text(&receipt));
}

static char *signed_text(TempFolder *folder, const char *decision, int64_t seq)
{
	AUTO(Journal) *journal = journal_in(folder, NULL);
	AUTO_CLEAR(Buf) text = { 0 };
	buf_printf(&text,
		"breakglass-signoff: 1\nincident: i\nrun: r1\ngate: break \"glass\"\nrole: product\ndecision: %s\ndigest: sha256:" SUBJECT
		"\nchange: a \\ b\nrecord: %d sha256:%s\ntime: 2026-11-21T03:00:00.123Z\n", decision, (int) seq, journal_head(journal));
	return buf_take(&text);
}

Test(verify, a_signature_anchors_the_record_that_it_saw)
{
	if (!have_program("ssh-keygen"))
		cr_skip_test("ssh-keygen is not installed");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	write_incident(&folder);
	AUTO_FREE char *text = signed_text(&folder, "yes", 6);
	write_signoff(&folder, text);
	lists_are(&folder, "signed", "", NULL);
	AUTO_CLEAR(JournalReport) report = { 0 };
	Error err;
	assert_ok(journal_verify(folder.path, NULL, &report, &err), &err);
	cr_assert_eq(report.anchored, 6);
	cr_assert_eq(report.records, 7);
	/* The same story told anew from its last record but one on: the chain is whole, the receipt is not to be fooled. */
	AUTO_FREE char *bytes = read_text(temp_path(&folder, "journal.jsonl"));
	char *cut = bytes;
	for (int lines = 0; lines < 5; cut++)
		lines += *cut == '\n';
	journal_bytes_write(&folder, bytes, (size_t) (cut - bytes));
	lists_are(&folder, "cut", "receipts/pat.txt: its sign-off is not in the record\n"
		"receipts/pat.txt: saw record 6, which is not here", NULL);
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	record(journal, "action.lost", "{\"action\":2,\"why\":\"another story\"}", 4000, 50);
	journal = journal_close(journal);
	lists_are(&folder, "rewritten", "receipts/pat.txt: its sign-off is not in the record\n"
		"receipts/pat.txt: saw another record 6 than the one that is here", NULL);
	(void) temp_write(&folder, "receipts/pat.txt", "nothing signed");
	lists_are(&folder, "no receipt", "receipts/pat.txt: names no record of this incident that was seen", NULL);
}

Test(verify, the_script_tells_a_signature_that_does_not_hold_or_says_something_else)
{
	if (!have_program("ssh-keygen"))
		cr_skip_test("ssh-keygen is not installed");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	write_incident(&folder);
	AUTO_FREE char *other = signed_text(&folder, "no", 6);
	write_signoff(&folder, other);
	script_agrees(&folder, "the record says yes, the text says no", false);
	AUTO_CLEAR(TempFolder) second = temp_folder();
	write_incident(&second);
	AUTO_FREE char *wrong_record = signed_text(&second, "yes", 3);
	write_signoff(&second, wrong_record);
	lists_are(&second, "saw something else", "journal.jsonl:7: saw another record 3 than the one that is here\n"
		"receipts/pat.txt: saw another record 3 than the one that is here", NULL);
}
