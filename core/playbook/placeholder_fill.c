/* placeholder_fill.c: puts values into texts. In a command each value is escaped for the quotes it stands in; where that cannot be done
 * with certainty only plain words go, and anything else is refused before it reaches a shell. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "core/playbook/placeholder.h"
#include "core/playbook/placeholder_rules.h"

static bool is_ipv6(const char *value)
{
	struct in6_addr ignored;
	Str address = str_from(value);
	ptrdiff_t zone = str_find_char(address, '%');
	AUTO_FREE char *bare = str_dup(zone < 0 ? address : str_slice(address, 0, (size_t) zone));
	for (size_t i = strlen(bare) + 1; i < address.len; i++)
		if (!is_word_char(address.ptr[i]))
			return false;
	return inet_pton(AF_INET6, bare, &ignored) == 1;
}

/* An IPv6 address wants brackets before ":port" or ":path" and after "://", and must not have them anywhere else. */
static bool wants_brackets(Str text, const Placeholder *found, const char *value)
{
	size_t end = found->start + found->len;
	char before = found->start > 0 ? text.ptr[found->start - 1] : '\0';
	char after = end < text.len ? text.ptr[end] : '\0', next = end + 1 < text.len ? text.ptr[end + 1] : '\0';
	if (!is_ipv6(value) || before == '[')
		return false;
	bool follows = after == ':' && next && !strchr(" \t\n'\"", next);
	return follows || str_ends(str_slice(text, 0, found->start), "://");
}

static bool refuse(Error *err, const Placeholder *found, const char *why, const char *hint)
{
	error_set(err, ERROR_INVALID, "the value of %s %s", found->name, why);
	return error_hint(err, "%s", hint);
}

static bool has_control(const char *value)
{
	for (; *value; value++)
		if ((unsigned char) *value < 0x20 || *value == 0x7f)
			return true;
	return false;
}

static void put_escaped(const char *value, const char *special, Buf *out)
{
	for (; *value; value++) {
		if (strchr(special, *value))
			buf_putc(out, '\\');
		buf_putc(out, *value);
	}
}

static void put_in_single_quotes(const char *value, Buf *out)
{
	for (; *value; value++)
		if (*value == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *value);
}

static bool put_value(const Placeholder *found, const char *value, ShellContext context, bool read_twice, Buf *out, Error *err)
{
	if (has_control(value))
		return refuse(err, found, "holds a line end or control byte", "enter it on one line");
	if (read_twice && !shell_is_plain(str_from(value)))
		return refuse(err, found, "would be read by a second shell, which could take it for commands",
			"only letters, digits and _./:=@%+,- can go there");
	switch (context) {
	case SHELL_BARE:
	case SHELL_COMMENT:
		shell_quote(str_from(value), out);
		return true;
	case SHELL_SINGLE:
		put_in_single_quotes(value, out);
		return true;
	case SHELL_DOUBLE:
		put_escaped(value, "\"\\$`", out);
		return true;
	case SHELL_HEREDOC:
		put_escaped(value, "\\$`", out);
		return true;
	case SHELL_HEREDOC_QUOTED:
		buf_puts(out, value);
		return true;
	case SHELL_DEEP:
		if (!shell_is_plain(str_from(value)))
			return refuse(err, found, "cannot be quoted with certainty where it stands",
				"only letters, digits and _./:=@%+,- can go there");
		buf_puts(out, value);
		return true;
	}
	return false;
}

static bool put_placeholder(Str text, const Placeholder *found, const char *value, ShellContext context, bool read_twice, Buf *out,
		Error *err)
{
	if (!wants_brackets(text, found, value))
		return put_value(found, value, context, read_twice, out, err);
	if (context == SHELL_DEEP)
		return refuse(err, found, "wants brackets where they cannot be quoted with certainty", "write the command differently");
	AUTO_CLEAR(Buf) bracketed = {0};
	buf_printf(&bracketed, "[%s]", value);
	/* Two shells would both read the brackets as a pattern; ssh and scp themselves take them off. */
	if (read_twice && context == SHELL_BARE) {
		shell_quote(buf_str(&bracketed), out);
		return true;
	}
	return put_value(found, buf_text(&bracketed), context, false, out, err);
}

static void add_once(StrList *names, const char *name)
{
	if (!strlist_has(names, name))
		strlist_add(names, name);
}

bool placeholder_fill_command(Str text, const PlaceholderScope *scope, ValueLookup lookup, void *userdata, Buf *out,
		StrList *unresolved, Error *err)
{
	AUTO_CLEAR(PlaceholderList) list = {0};
	placeholder_find(text, TEXT_COMMAND, scope, &list);
	if (list.count >= PLACEHOLDER_LIMIT)
		return error_set(err, ERROR_INVALID, "more than %d placeholders in one command", PLACEHOLDER_LIMIT);
	AUTO_FREE unsigned char *contexts = shell_contexts(text);
	bool read_twice = shell_has_second_reader(text);
	size_t at = 0;
	for (size_t i = 0; i < list.count; i++) {
		const Placeholder *found = &list.items[i];
		if (found->form == PLACEHOLDER_ELLIPSIS) {
			error_set(err, ERROR_INVALID, "the command holds a line \"...\" that stands for something left out");
			return error_hint(err, "copy the command and complete it by hand");
		}
		buf_put_str(out, str_slice(text, at, found->start - at));
		at = found->start + found->len;
		const char *value = found->form == PLACEHOLDER_SHELL ? NULL : lookup(userdata, found->name);
		if (!value) {
			buf_put_str(out, str_slice(text, found->start, found->len));
			if (placeholder_wants_value(found->form) && !(found->form == PLACEHOLDER_SHELL && scope->elsewhere))
				add_once(unresolved, found->name);
		} else if (!put_placeholder(text, found, value, (ShellContext) contexts[found->start], read_twice, out, err)) {
			return false;
		}
	}
	buf_put_str(out, str_slice(text, at, text.len));
	return true;
}

void placeholder_fill_prose(Str text, const PlaceholderScope *scope, ValueLookup lookup, void *userdata, Buf *out)
{
	AUTO_CLEAR(PlaceholderList) list = {0};
	placeholder_find(text, TEXT_PROSE, scope, &list);
	size_t at = 0;
	for (size_t i = 0; i < list.count; i++) {
		const Placeholder *found = &list.items[i];
		const char *value = lookup(userdata, found->name);
		buf_put_str(out, str_slice(text, at, found->start - at));
		at = found->start + found->len;
		if (value)
			buf_puts(out, value);
		else
			buf_put_str(out, str_slice(text, found->start, found->len));
	}
	buf_put_str(out, str_slice(text, at, text.len));
}

/* At "${": the name up to "}". False when it is no reference. */
static bool read_reference(Str rest, Str *ret_name)
{
	if (!str_starts(rest, "${"))
		return false;
	size_t len = 0;
	while (2 + len < rest.len && (is_word_char(rest.ptr[2 + len]) || strchr(".-", rest.ptr[2 + len])))
		len++;
	if (len == 0 || 2 + len >= rest.len || rest.ptr[2 + len] != '}')
		return false;
	*ret_name = str_slice(rest, 2, len);
	return true;
}

void placeholder_fill_arg(Str text, ValueLookup lookup, void *userdata, Buf *out, StrList *unresolved)
{
	for (size_t at = 0; at < text.len;) {
		Str rest = str_slice(text, at, text.len), name;
		if (!read_reference(rest, &name)) {
			buf_putc(out, text.ptr[at++]);
			continue;
		}
		AUTO_FREE char *key = str_dup(name);
		const char *value = lookup(userdata, key);
		at += name.len + 3;
		if (value)
			buf_puts(out, value);
		else {
			buf_put_str(out, str_slice(rest, 0, name.len + 3));
			add_once(unresolved, key);
		}
	}
}

void placeholder_find_arg_names(Str text, StrList *names)
{
	for (size_t at = 0; at < text.len; at++) {
		Str name;
		if (!read_reference(str_slice(text, at, text.len), &name))
			continue;
		AUTO_FREE char *key = str_dup(name);
		add_once(names, key);
	}
}
