/* Bytes that an engine sends to a console, a line of the input a frame: the model stays whole, and so does all that is made of it. A record follows the one
 * before or the connection is dropped; `line` of a record frame may be an object here, which gets its number and its chain from the target. */
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "core/base/digest.h"
#include "core/engine/client_internal.h"
#include "core/engine/frame.h"
#include "core/health/board.h"
#include "core/journal/journal.h"
#include "core/report/report.h"

#define NOW ((WallTime) { INT64_C(1795230000000) })

typedef struct Chain { int64_t seq; char head[65]; } Chain;

/* {"who":..,"how":..,"type":..,"data":{}} -> a line that follows the one before. */
static void add_record(Json *frame, Chain *chain)
{
	const Json *given = json_get(frame, "line");
	if (!json_is_object(given))
		return;
	char who[] = "ann", how[] = "uid";
	Record record = { .seq = ++chain->seq, .time = NOW, .mono_ms = chain->seq, .who = who, .how = how, .data = json_copy(json_get(given, "data")) };
	AUTO_CLEAR(Buf) line = { 0 };
	AUTO_FREE char *type = bg_strdup(json_get_string_or(given, "type", "note.added"));
	record.type = type;
	memcpy(record.prev, chain->head, sizeof record.prev);
	if (!json_is_object(record.data)) {
		json_free(record.data);
		record.data = json_new_object();
	}
	record_write(&record, &line);
	json_free(record.data);
	sha256_hex(line.data, line.len, chain->head);
	json_add_string(frame, "line", buf_text(&line));
}

static void send_frames(Str text, int fd)
{
	AUTO_CLEAR(Buf) bytes = { 0 };
	Chain chain = { 0, JOURNAL_GENESIS };
	Str line;
	while (str_next_line(&text, &line)) {
		AUTO(Json) *frame = NULL;
		if (!json_parse(line, &frame, NULL)) {
			frame_write_text(line, &bytes);
			continue;
		}
		if (text_eq(json_get_string(frame, "t"), "incident"))
			chain = (Chain) { 0, JOURNAL_GENESIS };
		add_record(frame, &chain);
		frame_write(frame, &bytes);
	}
	ssize_t sent = send(fd, bytes.data, bytes.len, MSG_DONTWAIT);
	(void) sent;   /* what does not fit into the socket is left out: then the frame is half there, which is a case, too */
}

static void check_model(const ClientModel *model)
{
	AUTO_CLEAR(Buf) said = { 0 };
	Verdict verdict;
	const char *reason = NULL;
	const Json *damage = json_get(model->environment, "damage");
	bool shown = board_verdict(model->readings, model->reading_count, damage, (WallTime) { 0 }, NULL, NOW, &verdict);
	for (size_t i = 0; i < model->reading_count; i++) {
		ReadingState state = board_judge(&model->readings[i], damage, shown ? &verdict : NULL, NOW, &reason);
		BG_ASSERT(state != READING_OK || model->readings[i].state == READING_OK);
	}
	for (size_t i = 0; i < model->timeline_count; i++)
		fuzz_harmless(str_from(model->timeline[i].text), SANITISE_LINE);
	for (size_t i = 0; i < model->job_count; i++)
		BG_ASSERT(model->jobs[i].kind && model->jobs[i].output.len <= 2 * CLIENT_OUTPUT_MAX);
	for (size_t i = 0; i < model->playbook_count; i++)
		BG_ASSERT(model->playbooks[i].path && client_find_playbook(model, model->playbooks[i].path));
	for (size_t i = 0; i < model->people_count; i++)
		BG_ASSERT(model->people[i].who && model->people[i].terminal);
	if (model->incident) {
		report_sitrep(model->incident, NULL, 0, NOW, &said);
		fuzz_harmless(buf_str(&said), SANITISE_BLOCK);
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	int ends[2];
	BG_ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	Client *client = bg_calloc(1, sizeof *client);
	client->fd = ends[0];
	client->log_from = -1;
	client->next_ask = 1;
	client->environment_path = bg_strdup("/e.yaml");
	client->self = bg_strdup("/nothing");
	client->terminal = bg_strdup("");
	memcpy(client->head, JOURNAL_GENESIS, sizeof client->head);
	send_frames((Str) { size ? (const char *) data : "", size }, ends[1]);
	client_process(client);
	check_model(client_model(client));
	client_close(client);
	close(ends[1]);
	return 0;
}
