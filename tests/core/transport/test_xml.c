/* XML in pieces of any size, and what is refused of it. */
#include "tests/support/support.h"

#include "core/transport/xml.h"

static bool note_end(void *userdata, Str path, Str text) {
	buf_printf(userdata, "%.*s=%.*s\n", STR_ARG(path), STR_ARG(text));
	return true;
}

static const char LISTING[] = "<?xml version=\"1.0\"?><a:L xmlns:a=\"x\"><C><K>b&amp;c</K><S>1</S></C><T/></a:L>";

Test(xml, tells_each_element_with_its_path_whatever_the_pieces) {
	for (size_t piece = 1; piece <= sizeof(LISTING); piece += 7) {
		AUTO_CLEAR(Buf) seen = {0};
		Error err;
		XmlHandler handler = {.end = note_end, .userdata = &seen};
		AUTO(XmlReader) *reader = xml_reader_new(&handler);
		Str whole = str_from(LISTING);
		for (size_t at = 0; at < whole.len; at += piece)
			assert_ok(xml_reader_feed(reader, str_slice(whole, at, piece), &err), &err);
		assert_ok(xml_reader_finish(reader, &err), &err);
		assert_text("seen", buf_text(&seen), "L/C/K=b&c\nL/C/S=1\nL/C=\nL/T=\nL=\n");
		xml_reader_reset(reader);
		assert_ok(xml_reader_feed(reader, whole, &err), &err);
		assert_ok(xml_reader_finish(reader, &err), &err);
	}
}

static void assert_xml_refused(const char *text, const char *why) {
	Error err;
	AUTO_CLEAR(Buf) seen = {0};
	XmlHandler handler = {.end = note_end, .userdata = &seen};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	bool ok = xml_reader_feed(reader, str_from(text), &err) && xml_reader_finish(reader, &err);
	cr_assert(!ok, "%s was accepted", text);
	assert_error(&err, ERROR_PROTOCOL, why);
}

Test(xml, that_is_broken_or_dangerous_is_refused) {
	assert_xml_refused("<a><b></a>", "broken at line 1");
	assert_xml_refused("<a>", "broken");
	assert_xml_refused("{}", "broken");
	assert_xml_refused("", "broken");
	assert_xml_refused("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "document type declaration");
	AUTO_CLEAR(Buf) deep = {0};
	for (int i = 0; i < XML_MAX_DEPTH + 1; i++)
		buf_puts(&deep, "<a>");
	assert_xml_refused(buf_text(&deep), "nested too deeply");
	AUTO_CLEAR(Buf) wide = {0};
	buf_puts(&wide, "<a>");
	for (size_t i = 0; i < XML_MAX_TEXT; i++)
		buf_putc(&wide, 'x');
	buf_puts(&wide, "x</a>");
	assert_xml_refused(buf_text(&wide), "too much text");
}

static bool stop_at_once(void *userdata, Str path) {
	(void) userdata, (void) path;
	return false;
}

Test(xml, reading_stops_when_the_handler_says_so) {
	Error err;
	XmlHandler handler = {.begin = stop_at_once};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	assert_refused(xml_reader_feed(reader, STR("<a><b/></a>"), &err), &err, ERROR_CANCELLED, "stopped");
}
