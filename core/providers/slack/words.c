/* words.c: what is said in Slack, and what channels are called. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/providers/slack/slack.h"

#define ZERO_WIDTH_SPACE "\xe2\x80\x8b"
#define KEPT_MAX 4096

/* ---- messages ---- */

/* The words that call everybody; Slack reads them in plain text too where names are linked. */
static bool calls_everybody(Str text) {
	static const char *const WORDS[] = {"here", "channel", "everyone", "group"};
	for (size_t i = 0; i < BG_LENGTH(WORDS); i++)
		if (str_starts_nocase(text, WORDS[i]))
			return true;
	return false;
}

/* Whole characters up to the limit, so that nothing is cut in the middle of one. */
static Str cut(Str text) {
	if (text.len <= SLACK_TEXT_MAX)
		return text;
	size_t len = SLACK_TEXT_MAX - strlen("\xe2\x80\xa6");
	while (len && ((unsigned char) text.ptr[len] & 0xc0) == 0x80)
		len--;
	return str_slice(text, 0, len);
}

void slack_escape(Str text, Buf *out) {
	Str shown = cut(text);
	for (size_t i = 0; i < shown.len; i++) {
		char c = shown.ptr[i];
		if (c == '&')
			buf_puts(out, "&amp;");
		else if (c == '<')
			buf_puts(out, "&lt;");
		else if (c == '>')
			buf_puts(out, "&gt;");
		else
			buf_putc(out, c);
		if (c == '@' && calls_everybody(str_slice(shown, i + 1, shown.len)))
			buf_puts(out, ZERO_WIDTH_SPACE);
	}
	if (shown.len < text.len)
		buf_puts(out, "\xe2\x80\xa6");
}

/* ---- names of channels ---- */

static bool is_digits(Str text) {
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return text.len > 0;
}

/* 20260102-031205-db-down: day, time and words. Whatever else it is called is all words. */
static void put_date(Str incident, Buf *out) {
	if (incident.len > 8 && incident.ptr[8] == '-' && is_digits(str_slice(incident, 0, 8)))
		buf_printf(out, "%.4s-%.2s-%.2s", incident.ptr, incident.ptr + 4, incident.ptr + 6);
}

static void put_slug(Str incident, Buf *out) {
	bool dated = incident.len > 16 && incident.ptr[8] == '-' && incident.ptr[15] == '-' && is_digits(str_slice(incident, 0, 8));
	buf_put_str(out, dated ? str_slice(incident, 16, incident.len) : incident);
}

static void fill_template(Str template, Str incident, Buf *out) {
	while (template.len) {
		bool date = str_starts(template, "${date}"), slug = str_starts(template, "${slug}");
		if (date)
			put_date(incident, out);
		else if (slug)
			put_slug(incident, out);
		else
			buf_putc(out, template.ptr[0]);
		template = str_slice(template, date || slug ? 7 : 1, template.len);
	}
}

/* Room stays for the number that follows when the name is taken. */
#define NAME_MAX_BARE (SLACK_NAME_MAX - 3)

char *slack_channel_name(const char *template, const char *incident) {
	AUTO_CLEAR(Buf) raw = {0};
	Buf name = {0};
	fill_template(str_from(template), str_from(incident), &raw);
	for (size_t i = 0; i < raw.len && name.len < NAME_MAX_BARE; i++) {
		char c = raw.data[i];
		bool upper = c >= 'A' && c <= 'Z', plain = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
		if (plain)
			buf_putc(&name, upper ? (char) (c + 32) : c);
		else if (name.len && name.data[name.len - 1] != '-')
			buf_putc(&name, '-');
	}
	while (name.len && name.data[name.len - 1] == '-')
		buf_truncate(&name, name.len - 1);
	return buf_take(&name);
}

char *slack_other_name(const char *name, int number) { return bg_asprintf("%s-%d", name, number); }

/* ---- the incident's channel ---- */

static char *kept_path(const Call *call) {
	AUTO_FREE char *name = bg_asprintf("slack-%s.json", call->system->name);
	return call->state_folder && !strchr(name, '/') ? path_join(call->state_folder, name) : NULL;
}

void slack_kept_get(const Call *call, SlackKept *ret) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *json = NULL;
	AUTO_FREE char *path = kept_path(call);
	*ret = (SlackKept){0};
	/* What cannot be read is as if there were none: Slack itself says then that the name is taken. */
	if (!path || !file_exists(path) || !file_read(path, KEPT_MAX, &text, NULL) || !json_parse(buf_str(&text), &json, NULL) ||
	    !json_get_string(json, "id") || !json_get_string(json, "name"))
		return;
	*ret = (SlackKept){bg_strdup(json_get_string(json, "id")), bg_strdup(json_get_string(json, "name"))};
}

bool slack_kept_put(const Call *call, const char *id, const char *name, Error *err) {
	AUTO_FREE char *path = kept_path(call);
	AUTO(Json) *json = json_new_object();
	if (!path)
		return true;
	json_add_string(json, "id", id);
	json_add_string(json, "name", name);
	AUTO_FREE char *text = json_text(json);
	return file_write_atomic(path, text, strlen(text), 0600, err);
}

void slack_kept_clear(SlackKept *kept) {
	free(kept->id);
	free(kept->name);
	*kept = (SlackKept){0};
}

char *slack_channel_of(const Call *call) {
	AUTO_CLEAR(SlackKept) kept = {0};
	slack_kept_get(call, &kept);
	if (kept.id)
		return TAKE(kept.id);
	return bg_strdup_or_null(system_setting(call->system, "channel"));
}
