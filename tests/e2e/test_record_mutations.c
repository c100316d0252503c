/* Whoever holds a record may change every file of it, and knows how the chain is made. `breakglass verify` and the script that needs
 * nothing of ours find every change, and always agree. Journal changes are tried as they are, and with the chain made whole again; then
 * only what others keep (signatures, receipts, checkpoints elsewhere) can tell. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/signoff/statement.h"
#include "forger.h"
#include "scene.h"
#include "tests/support/told.h"

static const char BOOK[] =
	"# Door\n\n"
	"## Open it\n"
	"<!-- bg procedure id=open -->\n\n"
	"1. Open it.\n"
	"   <!-- bg\n"
	"   gate door roles=product,engineering distinct=yes\n"
	"   opens door-open\n"
	"   -->\n\n"
	"   ```sh {risk=change}\n"
	"   echo one; echo x >> SCENE/opened\n"
	"   ```\n"
	"2. Look around.\n\n"
	"   ```sh\n"
	"   echo two and more\n"
	"   ```\n"
	"3. Close it.\n"
	"   <!-- bg closes door-open -->\n";

/* Every so many places are tried, another one with each kind of change; all of them with TEST_MUTATIONS=all. Under sanitizers fewer: the script, most of
 * the time, is the same there. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 29u
#else
#define STRIDE 5u
#endif

static size_t stride(void) {
	const char *wish = getenv("TEST_MUTATIONS");
	return wish && strcmp(wish, "all") == 0 ? 1u : STRIDE;
}

/* A record and what may be tried on it. */
typedef struct Lab {
	Scene *scene;
	char *incident, *aside, *anchors, *signers;
	StrList lines;               /* of the honest journal */
	const char *id;
	size_t tried;
	bool anchored, judged;       /* the verifiers are given the outside checkpoint, the signers' file */
} Lab;

static void play(Scene *scene)
{
	scene_ok(scene, "declare", "it \"broke\"");
	scene_ok(scene, "start", "open");
	scene_ok(scene, "plan", "1");
	scene_ok(scene, "sign", "1", "--role", "product", "--person", "ann", "--key", scene_key(scene, "ann"));
	scene_ok(scene, "sign", "1", "--role", "engineering", "--person", "bob", "--key", scene_key(scene, "bob"));
	scene_ok(scene, "apply", "1", "--yes");
	scene_ok(scene, "apply", "2");
	scene_ok(scene, "note", "a note with a \\ and \"quotes\" in it");
	scene_end_engine(scene, SIGTERM);
}

static void copy(const char *from, const char *to)
{
	AUTO_CLEAR(ProgramRun) run = { 0 };
	run_program((const char *const[]) { "cp", "-a", from, to, NULL }, NULL, NULL, &run);
	cr_assert_eq(run.status, 0, "cp %s %s: %s", from, to, buf_text(&run.err));
}

static void put_file(const char *folder, const char *name, const char *text)
{
	AUTO_FREE char *path = path_join(folder, name);
	Error err;
	assert_ok(file_make_folder(folder, 0700, &err), &err);
	assert_ok(file_write_atomic(path, text, strlen(text), 0600, &err), &err);
}

static Lab lab_new(Scene *scene)
{
	Lab lab = { .scene = scene, .incident = scene_incident(scene), .aside = path_join(scene->folder.path, "aside"),
		.anchors = path_join(scene->folder.path, "anchors"), .anchored = true,
		.signers = bg_strdup(temp_path(&scene->folder, "allowed_signers")) };
	forger_read(lab.incident, &lab.lines);
	lab.id = path_base(lab.incident);
	AUTO_FREE char *note = forger_checkpoint(&lab.lines, lab.lines.count, lab.id);
	put_file(lab.anchors, "000001.txt", note);
	copy(lab.incident, lab.aside);
	return lab;
}

static void lab_clear(Lab *lab)
{
	free(lab->incident);
	free(lab->aside);
	free(lab->anchors);
	free(lab->signers);
	strlist_clear(&lab->lines);
}
BG_DEFINE_CLEARP(Lab, lab_clear)

static bool verdict(const Lab *lab, const char *name)
{
	return scene_verdict(lab->scene, name, lab->incident, lab->judged ? lab->signers : NULL, lab->anchored ? lab->anchors : NULL);
}

/* The folder as it is now must be found out; then it is put back. */
static void found(Lab *lab, const char *format, ...) BG_PRINTF(2, 3);
static void found(Lab *lab, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	AUTO_FREE char *name = bg_vasprintf(format, args);
	va_end(args);
	Error err;
	cr_assert_not(verdict(lab, name), "%s: neither found it", name);
	lab->tried++;
	assert_ok(file_remove_tree(lab->incident, &err), &err);
	copy(lab->aside, lab->incident);
}

static void told(const Lab *lab, const char *what)
{
	AUTO_FREE char *name = bg_strdup("put back");
	cr_assert(verdict(lab, name), "the honest record is no longer sound");
	tell("%zu %s were tried: both verifiers found every one, and agreed", lab->tried, what);
}

/* ---- the journal ---- */

typedef void Forge(StrList *lines, size_t at);

static void edit_data(StrList *lines, size_t at)
{
	AUTO(Json) *data = forger_data(lines, at);
	json_add_string(data, "also", "this");
	forger_set_data(lines, at, data);
}
static void edit_who(StrList *lines, size_t at) { cr_assert(forger_edit(lines, at, "\"who\":\"", "\"who\":\"x")); }
static void edit_time(StrList *lines, size_t at) { cr_assert(forger_edit(lines, at, "\"time\":\"2", "\"time\":\"1")); }
static void edit_type(StrList *lines, size_t at) { cr_assert(forger_edit(lines, at, "\"type\":\"", "\"type\":\"x")); }
static void edit_mono(StrList *lines, size_t at) { cr_assert(forger_edit(lines, at, "\"mono\":", "\"mono\":1")); }
static void delete(StrList *lines, size_t at) { strlist_remove(lines, at); }
static void insert(StrList *lines, size_t at)
{
	forger_insert(lines, at, "{\"seq\":1,\"time\":\"2026-11-21T03:04:05.678Z\",\"mono\":5,\"actor\":{\"who\":\"eve\",\"how\":\"uid\"},"
		"\"type\":\"note.added\",\"data\":{\"text\":\"all is well\"},\"prev\":\""
		"0000000000000000000000000000000000000000000000000000000000000000\"}");
}
static void repeat(StrList *lines, size_t at)
{
	AUTO_FREE char *line = bg_strdup(lines->items[at]);
	forger_insert(lines, at, line);
}
static void reorder(StrList *lines, size_t at) { forger_swap(lines, at ? at - 1 : at); }
static void cut(StrList *lines, size_t at) { forger_cut(lines, at); }
/* The same beginning, another story. */
static void fork_here(StrList *lines, size_t at)
{
	size_t count = lines->count;
	forger_cut(lines, at);
	while (lines->count < count)
		insert(lines, lines->count);
}
static void blank_line(StrList *lines, size_t at) { forger_insert(lines, at, ""); }
static void nonsense(StrList *lines, size_t at) { forger_replace(lines, at, bg_strdup("{\"seq\":")); }

/* What only the whole chain shows, and what one line shows by itself, is tried in one way. */
enum { PLAIN = 1, HIDDEN = 2, BOTH = PLAIN | HIDDEN };
static const struct { const char *name; Forge *forge; int ways; } forgeries[] = {
	{ "edited", edit_data, BOTH }, { "other person", edit_who, HIDDEN }, { "other time", edit_time, HIDDEN },
	{ "other type", edit_type, HIDDEN }, { "other clock", edit_mono, HIDDEN }, { "deleted", delete, BOTH }, { "inserted", insert, BOTH },
	{ "repeated", repeat, BOTH }, { "reordered", reorder, BOTH }, { "tail cut", cut, BOTH }, { "forked", fork_here, BOTH },
	{ "empty line", blank_line, PLAIN }, { "half a record", nonsense, PLAIN },
};

static Scene played(void)
{
	Scene scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	play(&scene);
	return scene;
}

Test(record_mutations, every_change_of_the_journal_is_found)
{
	AUTO_CLEAR(Scene) scene = played();
	AUTO_CLEAR(Lab) lab = lab_new(&scene);
	for (size_t f = 0; f < BG_LENGTH(forgeries); f++) {
		for (size_t at = f % stride(); at < lab.lines.count; at += stride()) {
			for (int hidden = 0; hidden <= 1; hidden++) {
				if (!(forgeries[f].ways & (hidden ? HIDDEN : PLAIN)))
					continue;
				AUTO_CLEAR(StrList) lines = { 0 };
				forger_read(lab.incident, &lines);
				forgeries[f].forge(&lines, at);
				/* Well made after all that anybody saw: what an honest engine does, too. */
				if (hidden && forgeries[f].forge == repeat && at == lab.lines.count - 1)
					continue;
				if (hidden)
					forger_rechain(&lines, 0);
				forger_write(lab.incident, &lines);
				found(&lab, "record %zu %s%s", at + 1, forgeries[f].name, hidden ? ", chain made whole" : "");
			}
		}
	}
	told(&lab, "changes of journal records");
}

Test(record_mutations, both_agree_on_every_byte_of_a_last_record)
{
	AUTO_CLEAR(Scene) scene = played();
	AUTO_CLEAR(Lab) lab = lab_new(&scene);
	size_t last = lab.lines.count - 1, len = strlen(lab.lines.items[last]);
	for (size_t i = 0; i < len; i += 5 * stride()) {
		for (int anchored = 0; anchored < 2; anchored++) {
			AUTO_CLEAR(StrList) lines = { 0 };
			AUTO_FREE char *name = bg_asprintf("byte %zu of the last record%s", i, anchored ? ", anchored" : "");
			forger_read(lab.aside, &lines);
			lines.items[last][i] ^= i % 2 ? 0x01 : 0x04;
			forger_write(lab.incident, &lines);
			lab.anchored = anchored;
			/* Without the checkpoint nothing vouches for a last record that is still well made. */
			bool sound = verdict(&lab, name);
			cr_assert(!anchored || !sound, "%s: neither found it", name);
			lab.tried += anchored;
		}
	}
	forger_write(lab.incident, &lab.lines);
	told(&lab, "bytes of the last record");
}

/* ---- the other files ---- */

typedef struct Damage { const char *name; const char *(*text)(char *text, Buf *out); } Damage;

static const char *flip(char *text, Buf *out)
{
	buf_puts(out, text);
	out->data[out->len / 2] ^= 0x01;
	return buf_text(out);
}
static const char *shorten(char *text, Buf *out)
{
	buf_append(out, text, strlen(text) - 1);
	return buf_text(out);
}
static const char *lengthen(char *text, Buf *out)
{
	buf_printf(out, "%s\n", text);
	return buf_text(out);
}
static const char *empty(char *text, Buf *out)
{
	(void) text;
	return buf_text(out);
}

static const Damage damages[] = { { "flipped", flip }, { "shortened", shorten }, { "lengthened", lengthen }, { "emptied", empty } };

static void try_file(Lab *lab, const char *folder, const char *name)
{
	AUTO_FREE char *path = path_join(folder, name);
	AUTO_FREE char *text = read_text(path);
	for (size_t d = 0; d < BG_LENGTH(damages); d++) {
		AUTO_CLEAR(Buf) out = { 0 };
		put_file(folder, name, damages[d].text(text, &out));
		found(lab, "%s %s", name, damages[d].name);
	}
	cr_assert(unlink(path) == 0);
	found(lab, "%s removed", name);
}

/* Two files of one folder under each other's name. */
static void try_swap(Lab *lab, const char *folder, const char *one, const char *other)
{
	AUTO_FREE char *first = path_join(folder, one);
	AUTO_FREE char *second = path_join(folder, other);
	AUTO_FREE char *third = path_join(folder, "third");
	cr_assert(rename(first, third) == 0 && rename(second, first) == 0 && rename(third, second) == 0);
	found(lab, "%s and %s swapped", one, other);
}

Test(record_mutations, every_change_of_a_file_is_found)
{
	static const char *const folders[] = { "actions", "playbooks", "receipts" };
	AUTO_CLEAR(Scene) scene = played();
	AUTO_CLEAR(Lab) lab = lab_new(&scene);
	lab.anchored = false;        /* the folder alone must tell */
	for (size_t f = 0; f < BG_LENGTH(folders); f++) {
		AUTO_FREE char *folder = path_join(lab.incident, folders[f]);
		AUTO_CLEAR(StrList) names = { 0 };
		Error err;
		assert_ok(file_list_folder(folder, &names, &err), &err);
		cr_assert(names.count >= (f == 1 ? 1 : 2), "%s has %zu files", folders[f], names.count);
		for (size_t i = 0; i < names.count; i++)
			try_file(&lab, folder, names.items[i]);
		if (f == 0)
			try_swap(&lab, folder, names.items[0], names.items[1]);
		assert_ok(file_remove_tree(folder, &err), &err);
		found(&lab, "%s/ removed", folders[f]);
	}
	AUTO_FREE char *actions = path_join(lab.incident, "actions");
	AUTO_FREE char *receipts = path_join(lab.incident, "receipts");
	put_file(actions, "9.log", "never ran\n");
	found(&lab, "a log more");
	put_file(receipts, "2026-eve.txt", "nothing that anybody signed\n");
	found(&lab, "a receipt more");
	AUTO_FREE char *journal = path_join(lab.incident, "journal.jsonl");
	put_file(lab.incident, "journal.jsonl", "");
	found(&lab, "an empty journal");
	put_file(lab.incident, "journal.jsonl", "{\"seq\":1");
	found(&lab, "a journal of one torn line");
	cr_assert(unlink(journal) == 0);
	found(&lab, "no journal");
	told(&lab, "changes of files");
}

/* ---- signatures ---- */

/* Puts `data` into a sign-off, makes the chain whole and the receipt fit: the best that a forger can do. */
static void forge_signoff(Lab *lab, size_t nth, const Json *data, const char *what)
{
	AUTO_CLEAR(StrList) lines = { 0 };
	AUTO_FREE char *receipts = path_join(lab->incident, "receipts");
	Error err;
	forger_read(lab->incident, &lines);
	size_t at = forger_find(&lines, "signoff.given", nth);
	forger_set_data(&lines, at, data);
	forger_cut(&lines, at + 1);  /* later sign-offs saw the true one */
	forger_rechain(&lines, at);
	forger_write(lab->incident, &lines);
	assert_ok(file_remove_tree(receipts, &err), &err);
	for (size_t i = 0; i <= nth; i++) {
		AUTO(Json) *given = forger_data(&lines, forger_find(&lines, "signoff.given", i));
		AUTO_FREE char *text = bg_asprintf("%s%s", json_get_string(given, "statement"), json_get_string(given, "signature"));
		AUTO_FREE char *name = bg_asprintf("%zu.txt", i);
		put_file(receipts, name, text);
	}
	AUTO_FREE char *actions = path_join(lab->incident, "actions");
	assert_ok(file_remove_tree(actions, &err), &err);
	found(lab, "sign-off %zu %s", nth + 1, what);
}

static Json *signoff_data(const Lab *lab, size_t nth) { return forger_data(&lab->lines, forger_find(&lab->lines, "signoff.given", nth)); }

/* Signs `text` as ssh-keygen does. Owned. */
static char *sign(const char *key, const char *name_space, const char *text)
{
	AUTO_CLEAR(ProgramRun) run = { 0 };
	run_program((const char *const[]) { "ssh-keygen", "-Y", "sign", "-n", name_space, "-f", key, NULL }, text, NULL, &run);
	cr_assert_eq(run.status, 0, "%s", buf_text(&run.err));
	return buf_take(&run.out);
}

static void set(Json *data, const char *key, const char *value)
{
	json_remove(data, key);
	json_add_string(data, key, value);
}

static char *fingerprint(const char *key)
{
	AUTO_CLEAR(ProgramRun) shown = { 0 };
	AUTO_CLEAR(StrList) words = { 0 };
	run_program((const char *const[]) { "ssh-keygen", "-lf", key, NULL }, NULL, NULL, &shown);
	strlist_split(&words, buf_str(&shown.out), ' ');
	cr_assert(words.count > 1);
	return bg_strdup(words.items[1]);
}

Test(record_mutations, every_forged_or_moved_signature_is_found)
{
	static const char *const fields[][2] = {
		{ "gate", "another" }, { "role", "commander" }, { "decision", "no" }, { "run", "r2" }, { "key", "SHA256:none" },
		{ "subject", "1111111111111111111111111111111111111111111111111111111111111111" },
	};
	AUTO_CLEAR(Scene) scene = played();
	AUTO_CLEAR(Lab) lab = lab_new(&scene);
	lab.anchored = false;        /* the signatures alone must tell */
	lab.judged = true;
	cr_assert(verdict(&lab, "with the signers"));
	const char *eve = scene_key(&scene, "eve");
	AUTO_CLEAR(ProgramRun) made = { 0 };
	run_program((const char *const[]) { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", eve, NULL }, NULL, NULL, &made);
	AUTO_FREE char *eves = fingerprint(eve);
	for (size_t nth = 0; nth < 2; nth++) {
		const char *own = scene_key(&scene, nth ? "bob" : "ann");
		AUTO(Json) *true_data = signoff_data(&lab, nth);
		AUTO(Json) *other = signoff_data(&lab, 1 - nth);
		AUTO_FREE char *statement = bg_strdup(json_get_string(true_data, "statement"));
		for (size_t f = 0; f < BG_LENGTH(fields); f++) {
			AUTO(Json) *data = signoff_data(&lab, nth);
			set(data, fields[f][0], fields[f][1]);
			AUTO_FREE char *name = bg_asprintf("with another %s", fields[f][0]);
			forge_signoff(&lab, nth, data, name);
		}
		AUTO(Json) *moved = signoff_data(&lab, nth);
		set(moved, "signature", json_get_string(other, "signature"));
		set(moved, "key", json_get_string(other, "key"));
		forge_signoff(&lab, nth, moved, "under another's signature");
		AUTO(Json) *forged = signoff_data(&lab, nth);
		AUTO_FREE char *by_eve = sign(eve, SIGNOFF_NAMESPACE, statement);
		set(forged, "signature", by_eve);
		set(forged, "key", eves);
		forge_signoff(&lab, nth, forged, "signed by a stranger");
		AUTO(Json) *elsewhere = signoff_data(&lab, nth);
		AUTO_FREE char *for_files = sign(own, "file", statement);
		set(elsewhere, "signature", for_files);
		forge_signoff(&lab, nth, elsewhere, "from another namespace");
		AUTO(Json) *reworded = signoff_data(&lab, nth);
		AUTO_FREE char *words = bg_asprintf("%s", statement);
		*strstr(words, "expires: 2") += 1;
		set(reworded, "statement", words);
		forge_signoff(&lab, nth, reworded, "with other words");
		AUTO(Json) *broken = signoff_data(&lab, nth);
		AUTO_FREE char *armour = bg_strdup(json_get_string(broken, "signature"));
		armour[strlen(armour) / 2] ^= 0x02;
		set(broken, "signature", armour);
		forge_signoff(&lab, nth, broken, "with a broken signature");
		AUTO(Json) *none = signoff_data(&lab, nth);
		json_remove(none, "signature");
		forge_signoff(&lab, nth, none, "without its signature");
		AUTO(Json) *blind = signoff_data(&lab, nth);
		AUTO_FREE char *unseen = bg_strdup(statement);
		unseen[strstr(unseen, "record: ") - unseen + 8] = '9';
		AUTO_FREE char *signed_blind = sign(own, SIGNOFF_NAMESPACE, unseen);
		set(blind, "statement", unseen);
		set(blind, "signature", signed_blind);
		forge_signoff(&lab, nth, blind, "that saw another record");
	}
	/* A whole sign-off from another incident of the same people. */
	scene_ok(&scene, "end", "--reason", "enough");
	scene_ok(&scene, "declare", "another");
	scene_ok(&scene, "start", "open");
	scene_ok(&scene, "plan", "1");
	scene_ok(&scene, "sign", "1", "--role", "product", "--person", "ann", "--key", scene_key(&scene, "ann"));
	scene_end_engine(&scene, SIGTERM);
	AUTO_FREE char *second = scene_incident(&scene);
	cr_assert(strcmp(second, lab.incident) != 0);
	AUTO_CLEAR(StrList) there = { 0 };
	forger_read(second, &there);
	AUTO(Json) *foreign = forger_data(&there, forger_find(&there, "signoff.given", 0));
	Error err;
	assert_ok(file_remove_tree(lab.incident, &err), &err);
	copy(lab.aside, lab.incident);
	forge_signoff(&lab, 0, foreign, "from another incident");
	AUTO_FREE char *receipt = bg_asprintf("%s%s", json_get_string(foreign, "statement"), json_get_string(foreign, "signature"));
	AUTO_FREE char *receipts = path_join(lab.incident, "receipts");
	put_file(receipts, "2026-ann.txt", receipt);
	found(&lab, "a receipt of another incident");
	told(&lab, "forged and moved signatures");
}

/* ---- what stands elsewhere ---- */

Test(record_mutations, every_wrong_or_missing_checkpoint_is_found)
{
	AUTO_CLEAR(Scene) scene = played();
	AUTO_CLEAR(Lab) lab = lab_new(&scene);
	AUTO_FREE char *path = path_join(lab.anchors, "000001.txt");
	AUTO_FREE char *good = read_text(path);
	AUTO_FREE char *early = forger_checkpoint(&lab.lines, 2, lab.id);
	AUTO_FREE char *other_incident = forger_checkpoint(&lab.lines, lab.lines.count, "20260101-another");
	AUTO_FREE char *beyond = bg_strdup(good);
	*strchr(beyond, '\n') = '\0';
	AUTO_FREE char *later = bg_asprintf("%s\n%zu%s", beyond, lab.lines.count + 1, strchr(good + strlen(beyond) + 1, '\n'));
	AUTO_FREE char *other_head = bg_strdup(good);
	char *digit = &other_head[strlen(other_head) - 2];
	*digit = *digit == '0' ? '1' : '0';
	AUTO_FREE char *half = bg_strndup(good, strlen(good) / 2);
	const struct { const char *name, *text; } wrong[] = {
		{ "of another incident", other_incident }, { "of a record that is not here", later }, { "with another head", other_head },
		{ "cut in half", half }, { "of nothing", "" }, { "that is none", "hello\n" },
	};
	for (size_t i = 0; i < BG_LENGTH(wrong); i++) {
		put_file(lab.anchors, "000001.txt", wrong[i].text);
		found(&lab, "a checkpoint %s", wrong[i].name);
		put_file(lab.anchors, "000001.txt", good);
		put_file(lab.anchors, "000002.txt", wrong[i].text);
		found(&lab, "a second checkpoint %s", wrong[i].name);
		AUTO_FREE char *extra = path_join(lab.anchors, "000002.txt");
		cr_assert(unlink(extra) == 0);
	}
	cr_assert(unlink(path) == 0);
	found(&lab, "no checkpoint");
	cr_assert(rmdir(lab.anchors) == 0);
	found(&lab, "no folder of checkpoints");
	put_file(lab.anchors, "000001.txt", good);
	put_file(lab.anchors, "000000.txt", early);
	told(&lab, "wrong and missing checkpoints");
}
