/* capabilities.c: fills a Capabilities from the terminal data base. See terminfo(5) for the capability names. */
#include "tui/term/capabilities.h"
#include <stddef.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "tui/term/terminfo.h"
#include "tui/theme/theme.h"

/* Padding "$<5/>" was for terminals that need time; none that is still in use does, and it must not reach the screen. */
static char *without_padding(const char *string)
{
	AUTO_CLEAR(Buf) out = {0};
	for (const char *c = string; *c; c++) {
		const char *end = c[0] == '$' && c[1] == '<' ? strchr(c, '>') : NULL;
		if (end)
			c = end;
		else
			buf_putc(&out, *c);
	}
	return buf_take(&out);
}

static char *take_text(const char *name)
{
	const char *value = terminfo_text(name);
	return value && *value ? without_padding(value) : NULL;
}

static void learn_keys(KeyDecoder *decoder)
{
	static const struct { const char *capability; KeyChord key; } keys[] = {
		{ "kcuu1", { .name = KEY_UP } }, { "kcud1", { .name = KEY_DOWN } }, { "kcub1", { .name = KEY_LEFT } },
		{ "kcuf1", { .name = KEY_RIGHT } }, { "khome", { .name = KEY_HOME } }, { "kend", { .name = KEY_END } },
		{ "kpp", { .name = KEY_PAGE_UP } }, { "knp", { .name = KEY_PAGE_DOWN } }, { "kich1", { .name = KEY_INSERT } },
		{ "kdch1", { .name = KEY_DELETE } }, { "kf1", { .name = KEY_F1 } }, { "kf2", { .name = KEY_F2 } },
		{ "kf3", { .name = KEY_F3 } }, { "kf4", { .name = KEY_F4 } }, { "kf5", { .name = KEY_F5 } },
		{ "kcbt", { .name = KEY_TAB, .modifiers = KEY_SHIFT } },
	};
	for (size_t i = 0; i < BG_LENGTH(keys); i++)
		key_decoder_learn(decoder, terminfo_text(keys[i].capability), keys[i].key);
}

/* Terminal programs whose entries are missing on many servers. All of them understand what xterm does. */
static bool behaves_like_xterm(Str type)
{
	static const char *const prefixes[] = {
		"xterm", "alacritty", "foot", "kitty", "wezterm", "ghostty", "contour", "iterm", "vte", "konsole", "gnome", "rio",
		"tmux", "screen", "rxvt", "st-", "mintty",
	};
	for (size_t i = 0; i < BG_LENGTH(prefixes); i++)
		if (str_starts_nocase(type, prefixes[i]))
			return true;
	return false;
}

static bool find_entry(const char *type, Error *err)
{
	if (terminfo_open(type))
		return true;
	bool like_xterm = behaves_like_xterm(str_from(type));
	if (like_xterm && (terminfo_open("xterm-256color") || terminfo_open("xterm") || terminfo_open("vt100")))
		return true;
	error_set(err, ERROR_MISSING, "this machine does not know the terminal type \"%.40s\"", type);
	error_what(err, "open the terminal");
	return error_hint(err, "set TERM to xterm-256color or vt100 and try again, or ACCESSIBLE=1 for line mode");
}

/* terminfo's no_color_video has a bit per attribute, in its own order. */
static unsigned conflicts_from_ncv(unsigned ncv)
{
	static const struct { unsigned bit; uint8_t style; } bits[] = {
		{ 1u << 1, STYLE_UNDERLINE }, { 1u << 2, STYLE_REVERSE }, { 1u << 4, STYLE_DIM }, { 1u << 5, STYLE_BOLD },
		{ 1u << 15, STYLE_ITALIC },
	};
	unsigned styles = 0;
	for (size_t i = 0; i < BG_LENGTH(bits); i++)
		if (ncv & bits[i].bit)
			styles |= bits[i].style;
	return styles;
}

static bool is_or_none(const char *string, const char *expected)
{
	return !string || text_eq(string, expected);
}

static bool is_sgr(const char *capability)
{
	AUTO_CLEAR(Buf) filled = {0};
	capability_put(&filled, capability, 1, 0);
	Str text = buf_str(&filled);
	return !capability || (str_starts(text, "\033[") && str_find_char(text, 'm') == (ptrdiff_t) text.len - 1);
}

/* Whether the strings are what nearly all terminals have, so that they can be joined and shortened. */
static void read_ways(Capabilities *found)
{
	const char *down = terminfo_text("cud1"), *margin = terminfo_text("cr"), *not_underlined = terminfo_text("rmul");
	found->looks_are_sgr = found->normal && strstr(found->normal, "\033[m") && is_or_none(found->bold, "\033[1m") &&
		is_or_none(found->dim, "\033[2m") && is_or_none(found->italic, "\033[3m") && is_or_none(found->underline, "\033[4m") &&
		is_or_none(found->reverse, "\033[7m") && is_sgr(found->foreground) && is_sgr(found->background);
	found->takes_back = found->looks_are_sgr && not_underlined && text_eq(not_underlined, "\033[24m") &&
		(!found->colours || text_eq(found->default_colours, "\033[39;49m"));
	/* The entry repeats a byte; what follows that byte repeats any character. */
	bool repeats = found->repeat && text_eq(found->repeat, "%p1%c\033[%p2%{1}%-%db");
	free(found->repeat);
	found->repeat = repeats ? bg_strdup("\033[%p1%db") : NULL;
	found->newline_goes_down = down && text_eq(down, "\n") && margin && text_eq(margin, "\r");
}

bool capabilities_load(const char *type, Capabilities *ret_capabilities, KeyDecoder *learn, Error *err)
{
	static const struct { size_t offset; const char *name; } texts[] = {
		{ offsetof(Capabilities, move), "cup" }, { offsetof(Capabilities, move_column), "hpa" },
		{ offsetof(Capabilities, back), "cub1" }, { offsetof(Capabilities, forward), "cuf" },
		{ offsetof(Capabilities, forward_one), "cuf1" },
		{ offsetof(Capabilities, clear), "clear" },
		{ offsetof(Capabilities, erase_line), "el" }, { offsetof(Capabilities, normal), "sgr0" },
		{ offsetof(Capabilities, bold), "bold" }, { offsetof(Capabilities, underline), "smul" },
		{ offsetof(Capabilities, reverse), "rev" }, { offsetof(Capabilities, dim), "dim" },
		{ offsetof(Capabilities, italic), "sitm" }, { offsetof(Capabilities, foreground), "setaf" },
		{ offsetof(Capabilities, background), "setab" }, { offsetof(Capabilities, default_colours), "op" },
		{ offsetof(Capabilities, cursor_hide), "civis" }, { offsetof(Capabilities, cursor_show), "cnorm" },
		{ offsetof(Capabilities, enter), "smcup" }, { offsetof(Capabilities, leave), "rmcup" },
		{ offsetof(Capabilities, bell), "bel" }, { offsetof(Capabilities, repeat), "rep" },
	};
	type = type && *type ? type : "dumb";
	if (!find_entry(type, err))
		return false;
	AUTO_CLEAR(Capabilities) found = {0};
	for (size_t i = 0; i < BG_LENGTH(texts); i++)
		*(char **) (void *) ((char *) &found + texts[i].offset) = take_text(texts[i].name);
	int colours = terminfo_number("colors");
	/* Direct-colour entries count in millions and mean RGB by it; their first eight are the plain ones. */
	found.colours = colours > 256 ? 8 : !found.foreground || !found.background || !found.default_colours ? 0 : colours;
	found.clipboard = behaves_like_xterm(str_from(type));
	found.colour_conflicts = conflicts_from_ncv((unsigned) terminfo_number("ncv"));
	read_ways(&found);
	found.wraps = terminfo_flag("am");
	found.wraps_late = terminfo_flag("xenl");
	if (learn)
		learn_keys(learn);
	terminfo_close();
	if (!found.move || !found.clear) {
		error_set(err, ERROR_INVALID, "a terminal of type \"%.40s\" cannot place text on its screen", type);
		error_what(err, "open the terminal");
		return error_hint(err, "set TERM to what your terminal is, xterm-256color for most, or ACCESSIBLE=1 for line mode");
	}
	*ret_capabilities = found;
	found = (Capabilities){0};
	return true;
}

void capabilities_spare(Capabilities *capabilities)
{
	capabilities->spare = true;
	if (capabilities->colours > 16)
		capabilities->colours = 16;
}

void capabilities_clear(Capabilities *capabilities)
{
	char **const all[] = {
		&capabilities->move, &capabilities->move_column, &capabilities->back, &capabilities->clear, &capabilities->erase_line,
		&capabilities->normal, &capabilities->bold, &capabilities->underline, &capabilities->reverse, &capabilities->dim,
		&capabilities->forward, &capabilities->forward_one, &capabilities->italic, &capabilities->foreground, &capabilities->background, &capabilities->default_colours,
		&capabilities->cursor_hide, &capabilities->cursor_show, &capabilities->enter, &capabilities->leave, &capabilities->bell,
		&capabilities->repeat,
	};
	for (size_t i = 0; i < BG_LENGTH(all); i++) {
		free(*all[i]);
		*all[i] = NULL;
	}
}

void capability_put(Buf *out, const char *string, int first, int second)
{
	if (!string)
		return;
	if (strchr(string, '%'))
		terminfo_fill(out, string, first, second);
	else
		buf_puts(out, string);
}
