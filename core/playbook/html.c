/* html.c: the names of HTML's elements, sorted. */
#include "core/playbook/html.h"
#include <stdlib.h>
#include "core/playbook/words.h"

static const char *const ELEMENTS[] = {
	"a", "abbr", "address", "area", "article", "aside", "audio", "b", "base", "bdi", "bdo", "big", "blockquote", "body",
	"br", "button", "canvas", "caption", "center", "cite", "code", "col", "colgroup", "data", "datalist", "dd", "del",
	"details", "dfn", "dialog", "div", "dl", "dt", "em", "embed", "fieldset", "figcaption", "figure", "font", "footer",
	"form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "i", "iframe", "img", "input",
	"ins", "kbd", "label", "legend", "li", "link", "main", "map", "mark", "menu", "meta", "meter", "nav", "noscript",
	"object", "ol", "optgroup", "option", "output", "p", "param", "picture", "pre", "progress", "q", "rp", "rt", "ruby",
	"s", "samp", "script", "section", "select", "slot", "small", "source", "span", "strike", "strong", "style", "sub",
	"summary", "sup", "svg", "table", "tbody", "td", "template", "textarea", "tfoot", "th", "thead", "time", "title",
	"tr", "track", "tt", "u", "ul", "var", "video", "wbr",
};

bool html_is_placeholder(Str tag)
{
	if (tag.len < 3 || tag.ptr[0] != '<' || tag.ptr[tag.len - 1] != '>')
		return false;
	Str name = str_slice(tag, 1, tag.len - 2);
	if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", name.ptr[0]) || str_find_char(name, '=') >= 0)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == ':' || name.ptr[i] == '@' || name.ptr[i] == '/')
			return false;
	return !word_in(ELEMENTS, BG_LENGTH(ELEMENTS), name);
}
