/* news.c: what others did and what goes on by itself, told between the lines that a person types. */
#include <stdio.h>
#include "core/base/alloc.h"
#include "core/health/health.h"
#include "tui/line/line_state.h"
#include "tui/view/standing.h"

#define JUDGE_AGAIN_MS 10000
/* Who listens to a reader cannot follow a number that changes all the time. */
#define PROGRESS_MS 10000

void news_clear(News *news)
{
	strlist_clear(&news->readings);
}

/* ---- the record ---- */

/* Told otherwise: readings as such, plans as the page that shows them. */
static bool is_told_elsewhere(EventType type)
{
	return type == EVENT_READING_CHANGED || type == EVENT_PLAN_MADE;
}

static void tell_record(Line *line, const ClientModel *model)
{
	News *news = &line->news;
	const char *id = model->incident ? model->incident->id : "";
	if (!text_eq(news->incident, id)) {
		/* Its last record may have come and gone with it. */
		if (*news->incident && !*id)
			line_say(line, "record: the incident %s has ended", news->incident);
		snprintf(news->incident, sizeof(news->incident), "%s", id);
		/* What was there before we came is told by `timeline`; an incident that begins now is news from its first record on. */
		news->told = news->began ? 0 : model->timeline_count;
	}
	for (; news->told < model->timeline_count; news->told++) {
		const TimelineEntry *entry = &model->timeline[news->told];
		if (!is_told_elsewhere(entry->type))
			line_say(line, "record: %s: %s", entry->who, entry->text);
	}
}

/* ---- the board ---- */

static char *reading_key(const Reading *reading, ReadingState judged)
{
	return bg_asprintf("%s\n%s", reading->name, wall_known(reading->taken) ? reading_state_name(judged) : "");
}

static void tell_reading(Line *line, const Reading *reading, ReadingState judged, const char *why, const char *before)
{
	const char *state = strchr(before, '\n') + 1;
	/* The first answer is news only when it is bad. */
	if (!wall_known(reading->taken) || (!*state && judged == READING_OK))
		return;
	line_say(line, "board: %s: %s: %s%s%s%s%s%s", reading_state_name(judged), reading->name, reading->text ? reading->text : "", why ? "; " : "",
		why ? why : "", *state ? " (was " : "", state, *state ? ")" : "");
}

static void tell_board(Line *line, const ClientModel *model)
{
	StrList now = { 0 };
	Standing standing;
	ViewContext context = shell_context(&line->shell, line->shell.shown, NULL);
	standing_read(&context, &standing);
	bool same = line->news.readings.count == model->reading_count;
	for (size_t i = 0; i < model->reading_count; i++) {
		const char *why;
		ReadingState judged = standing_judge(&standing, &context, &model->readings[i], &why);
		strlist_add_take(&now, reading_key(&model->readings[i], judged));
		if (same && !text_eq(now.items[i], line->news.readings.items[i]))
			tell_reading(line, &model->readings[i], judged, why, line->news.readings.items[i]);
	}
	strlist_clear(&line->news.readings);
	line->news.readings = now;
}

/* ---- what runs ---- */

/* Its breaks are its own. */
static void tell_output_line(Line *line, Str text)
{
	AUTO_FREE char *told = bg_asprintf("output: %.*s", STR_ARG(text));
	line_put(line, str_from(told));
}

/* Whole lines only; of a job that is over, whatever is left. `shown` counts from the beginning of all output, of which the newest is kept. */
static void tell_output(Line *line, const ClientJob *job, uint64_t *shown)
{
	uint64_t first = job->output_total - job->output.len;
	size_t from = *shown > first ? (size_t) (*shown - first) : 0, end = job->output.len;
	while (job->running && end > from && job->output.data[end - 1] != '\n')
		end--;
	Str rest = str_slice(buf_str(&job->output), from, end - from), part;
	while (str_next_line(&rest, &part))
		tell_output_line(line, part);
	*shown = first + end;
}

/* Numbers of jobs grow for as long as an engine lives: what is not known and not higher was told and forgotten. */
static NewsJob *find_job(News *news, const ClientJob *job)
{
	for (size_t i = 0; i < news->job_count; i++)
		if (news->jobs[i].id == job->id)
			return &news->jobs[i];
	if (job->id <= news->highest_job)
		return NULL;
	news->highest_job = job->id;
	if (news->job_count == NEWS_JOBS_MAX)
		memmove(news->jobs, news->jobs + 1, sizeof(news->jobs[0]) * --news->job_count);
	NewsJob *told = &news->jobs[news->job_count++];
	*told = (NewsJob) { .id = job->id, .shown = news->began || job->running ? 0 : job->output_total };
	return told;
}

static void tell_progress(Line *line, const ClientJob *job, NewsJob *told)
{
	MonoTime now = mono_now();
	bool same = job->progress && strncmp(job->progress, told->progress, sizeof(told->progress) - 1) == 0;
	if (!job->running || !job->progress || same || (told->told.ms && now.ms - told->told.ms < PROGRESS_MS))
		return;
	told->told = now;
	snprintf(told->progress, sizeof(told->progress), "%s", job->progress);
	line_say(line, "running: %s", job->progress);
}

static void tell_jobs(Line *line, const ClientModel *model)
{
	News *news = &line->news;
	if (news->engine_pid != model->engine_pid) {
		news->engine_pid = model->engine_pid;
		news->highest_job = 0;
		news->job_count = 0;
	}
	for (size_t i = model->job_count; i > 0; i--) {
		const ClientJob *job = &model->jobs[i - 1];
		NewsJob *told = find_job(news, job);
		if (!told)
			continue;
		tell_output(line, job, &told->shown);
		tell_progress(line, job, told);
	}
}

/* ---- the engine, and what waits ---- */

static void tell_engine(Line *line, const ClientModel *model)
{
	News *news = &line->news;
	bool lost = line->shell.was_connected && !model->connected;
	char why[640];
	/* Whoever leaves may have ended it. */
	if (lost && !news->lost && !line->shell.done)
		line_say(line, "engine: lost, trying again: %s", error_format(&model->why_not, why, sizeof(why)));
	news->lost = lost;
	const char *banner = model->connected && model->banner ? model->banner : "";
	/* That more is held is in the prompt and told by `status`; who listens is told when it begins and when the reason is another. */
	bool same = model->held.troubled && news->held.troubled && text_eq(model->held.why, news->held.why) && model->held.records && news->held.records;
	if (*banner && !same && strncmp(news->banner, banner, sizeof(news->banner) - 1) != 0)
		line_say(line, "engine: %s", banner);
	if (news->held.troubled && !model->held.troubled && model->caught_up && !model->lost.records)
		line_say(line, "engine: ON DISK AGAIN: all is written");
	if (model->lost.records && !news->lost_told) {
		AUTO_CLEAR(Buf) words = { 0 };
		lost_words(&model->lost, wall_now(), &words);
		line_say(line, "engine: %s", buf_text(&words));
		news->lost_told = true;
	}
	if (model->caught_up)
		news->held = model->held;
	snprintf(news->banner, sizeof(news->banner), "%s", banner);
}

static void tell_waiting(Line *line, const ClientModel *model)
{
	WallTime now = wall_now();
	size_t doubts = model->incident ? model->incident->doubt_count : 0;
	if (!waiting_update(&line->shell.waiting, model, now))
		return;
	if (waiting_for_signature(model, now))
		line_say(line, "WAITING for you: a signature is asked; sign-off tells which, sign (or countersign) answers it");
	if (doubts > line->news.doubts)
		line_say(line, "IN DOUBT: nobody knows what came of an action; look at the system, then resolve says it");
	line->news.doubts = doubts;
	if (line->interactive)
		buf_putc(&line->out, '\a');
}

void news_tell(Line *line)
{
	const ClientModel *model = shell_model(&line->shell);
	tell_engine(line, model);
	if (!model->caught_up)
		return;
	tell_record(line, model);
	tell_board(line, model);
	tell_jobs(line, model);
	tell_waiting(line, model);
	line->news.began = true;
}

int64_t news_wait_ms(const Line *line)
{
	return line->news.readings.count ? JUDGE_AGAIN_MS : -1;
}
