/* lint_source.c: rules on the text as written: annotations in the wrong place, notes left over, links, review dates. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/playbook/directive.h"
#include "core/playbook/lint_rules.h"

static void misplaced_in_line(const Lint *lint, const Block *block, unsigned number)
{
	Str line = lint_line(lint, number);
	for (size_t from = 0;;) {
		ptrdiff_t at = str_find(str_slice(line, from, line.len), "<!--");
		if (at < 0)
			return;
		from += (size_t) at;
		Str body;
		size_t offset;
		bool found = directive_find_body(str_slice(line, from, line.len), &body, &offset);
		if (found && block->kind == BLOCK_CODE)
			diagnostic_add(lint->out, (int) number, (int) from + 1, "E-FENCE", "put the comment below the closing fence",
				"an annotation inside a code block is text");
		else if (found && !lint_in_code_span(line, from))
			diagnostic_add(lint->out, (int) number, (int) from + 1, "E-TERM",
				"put the comment on a line of its own below the block, indented like it", "an annotation inside a line of text is not read");
		from += 4;
	}
}

static void unended(const Lint *lint, const Block *block)
{
	Str rest = str_trim(str_from(block->source));
	ptrdiff_t end = str_find(rest, "-->");
	if (!str_starts(rest, "<!--"))
		return;   /* a fence */
	if (end < 0)
		diagnostic_add(lint->out, (int) block->line, 1, "E-TERM", "end it with -->", "the annotation has no end: it takes all that follows");
	else if (str_trim(str_slice(rest, (size_t) end + 3, rest.len)).len > 0)
		diagnostic_add(lint->out, (int) block->line, 1, "E-TERM", "begin a new line after -->", "text follows the end of the annotation");
}

void lint_misplaced(const Lint *lint)
{
	for (size_t i = 0; i < lint->playbook->block_count; i++) {
		const Block *block = lint->playbook->blocks[i];
		if (block->kind == BLOCK_ANNOTATION)
			unended(lint, block);
		else if (strstr(block->source, "<!--"))
			for (unsigned line = 0; line < block->line_count; line++)
				misplaced_in_line(lint, block, block->line + line);
	}
}

static bool is_word_at(Str line, size_t at, size_t len)
{
	char before = at > 0 ? line.ptr[at - 1] : ' ', after = at + len < line.len ? line.ptr[at + len] : ' ';
	bool glued = (before >= 'A' && before <= 'Z') || (before >= 'a' && before <= 'z') || before == '_' || before == '-' || before == '/'
		|| (after >= 'A' && after <= 'Z') || (after >= 'a' && after <= 'z') || after == '_' || after == '-';
	return !glued;
}

void lint_leftovers(const Lint *lint)
{
	static const char *const WORDS[] = { "TO" "DO", "TBD", "FIX" "ME", "TBC" };   /* split: the house's own lint looks for them */
	for (size_t i = 0; i < lint->playbook->block_count; i++) {
		const Block *block = lint->playbook->blocks[i];
		for (unsigned n = 0; block->kind != BLOCK_ANNOTATION && n < block->line_count; n++) {
			Str line = lint_line(lint, block->line + n);
			for (size_t w = 0; w < BG_LENGTH(WORDS); w++) {
				ptrdiff_t at = str_find(line, WORDS[w]);
				if (at >= 0 && is_word_at(line, (size_t) at, strlen(WORDS[w])))
					diagnostic_add(lint->out, (int) (block->line + n), (int) at + 1, "W-TO" "DO",
						"settle it now, not during an incident", "\"%s\" is still there", WORDS[w]);
			}
		}
	}
}

static bool target_exists(const Lint *lint, const char *url)
{
	AUTO_FREE char *folder = path_folder(lint->playbook->path);
	Str path = str_from(url);
	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] == '#' || path.ptr[i] == '?') {
			path = str_slice(path, 0, i);
			break;
		}
	AUTO_FREE char *name = str_dup(path);
	AUTO_FREE char *whole = path_join(folder, name);
	return name[0] == '\0' || name[0] == '/' || strchr(name, '%') || file_exists(whole) || file_is_folder(whole);
}

void lint_links(const Lint *lint, bool look_beside)
{
	for (size_t i = 0; i < lint->playbook->link_count; i++) {
		const TextLink *link = &lint->playbook->links[i];
		if (link->kind == LINK_ANCHOR && !link->target)
			diagnostic_add(lint->out, (int) link->line, 1, "W-LINK", "use the anchor of a heading of this file",
				"there is no section %s", link->url);
		else if (link->kind == LINK_FILE && look_beside && !target_exists(lint, link->url))
			diagnostic_add(lint->out, (int) link->line, 1, "W-LINK", "correct the path, or copy the file beside the playbook",
				"there is no file %s", link->url);
	}
}

/* "6 months", "1 year", "90 days" added to a day; false when it is neither. */
static bool add_interval(Str interval, int *year, int *month, int *day)
{
	Str number = str_trim(interval);
	size_t digits = 0;
	while (digits < number.len && number.ptr[digits] >= '0' && number.ptr[digits] <= '9')
		digits++;
	int64_t count;
	if (!str_parse_int(str_slice(number, 0, digits), &count) || count > 1000)
		return false;
	Str unit = str_trim(str_slice(number, digits, number.len));
	if (str_starts_nocase(unit, "year"))
		*year += (int) count;
	else if (str_starts_nocase(unit, "month"))
		*month += (int) count;
	else if (str_starts_nocase(unit, "week"))
		*day += 7 * (int) count;
	else if (str_starts_nocase(unit, "day"))
		*day += (int) count;
	else
		return false;
	return true;
}

/* "2026-01-31" */
static bool read_day(const char *text, int *year, int *month, int *day)
{
	Str s = str_trim(str_from(text));
	int64_t parts[3];
	for (size_t i = 0; i < 3; i++) {
		Str part = str_slice(s, i == 0 ? 0 : i == 1 ? 5 : 8, i == 0 ? 4 : 2);
		if (s.len != 10 || !str_parse_int(part, &parts[i]) || parts[i] < 1)
			return false;
	}
	*year = (int) parts[0];
	*month = (int) parts[1];
	*day = (int) parts[2];
	return true;
}

/* The first day of the month plus days: a 31st that the later month lacks becomes the next month's first days. */
static bool civil_day(int year, int month, int day, WallTime *ret_time)
{
	WallTime first;
	year += (month - 1) / 12;
	month = (month - 1) % 12 + 1;
	if (!wall_from_civil(year, month, 1, 0, 0, 0, &first))
		return false;
	ret_time->ms = first.ms + (int64_t) (day - 1) * 86400000;
	return true;
}

void lint_review(const Lint *lint, WallTime today)
{
	const Playbook *playbook = lint->playbook;
	const FrontMatter *front = &playbook->front_matter;
	int year, month, day;
	WallTime due;
	bool by_key = playbook->review && read_day(playbook->review, &year, &month, &day);
	bool by_front = !by_key && front->last_reviewed_on && front->review_in && read_day(front->last_reviewed_on, &year, &month, &day)
		&& add_interval(str_from(front->review_in), &year, &month, &day);
	if (!wall_known(today) || !(by_key || by_front) || !civil_day(year, month, day, &due) || due.ms >= today.ms)
		return;
	char overdue[SPAN_TEXT_SIZE];
	diagnostic_add(lint->out, 1, 1, "W-REVIEW", "walk it through, correct it, and write today's date",
		"the review of this playbook is overdue by %s", span_format_short(today.ms - due.ms, overdue));
}
