/* xml.c: expat behind a path. */
#include "core/transport/xml.h"

#include <expat.h>
#include <limits.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/buf.h"

struct XmlReader {
	XML_Parser parser;
	XmlHandler handler;
	char path[XML_MAX_PATH];
	size_t path_len;
	size_t lengths[XML_MAX_DEPTH];   /* of the path before each open element */
	size_t depth;
	Buf text;
	const char *refused;             /* why we stopped; NULL = we did not */
	bool stopped;                    /* by the handler */
};

static void stop(XmlReader *reader, const char *refused) {
	reader->refused = refused;
	reader->stopped = !refused;
	XML_StopParser(reader->parser, XML_FALSE);
}

/* expat may deliver a few more calls after it was told to stop. */
static bool is_over(const XmlReader *reader) { return reader->refused || reader->stopped; }

static void tell_attributes(XmlReader *reader, const XML_Char **attributes) {
	Str path = {reader->path, reader->path_len};
	for (size_t i = 0; reader->handler.attribute && !is_over(reader) && attributes[i]; i += 2)
		if (!reader->handler.attribute(reader->handler.userdata, path, str_from(attributes[i]), str_from(attributes[i + 1])))
			stop(reader, NULL);
}

static void XMLCALL on_begin(void *userdata, const XML_Char *name, const XML_Char **attributes) {
	XmlReader *reader = userdata;
	if (is_over(reader))
		return;
	const char *colon = strrchr(name, ':');
	const char *local = colon ? colon + 1 : name;
	size_t len = strlen(local);
	if (reader->depth == XML_MAX_DEPTH || reader->path_len + len + 2 > XML_MAX_PATH) {
		stop(reader, "its elements are nested too deeply");
		return;
	}
	reader->lengths[reader->depth++] = reader->path_len;
	if (reader->path_len)
		reader->path[reader->path_len++] = '/';
	memcpy(reader->path + reader->path_len, local, len);
	reader->path_len += len;
	buf_truncate(&reader->text, 0);
	if (reader->handler.begin && !reader->handler.begin(reader->handler.userdata, (Str){reader->path, reader->path_len}))
		stop(reader, NULL);
	tell_attributes(reader, attributes);
}

static void XMLCALL on_end(void *userdata, const XML_Char *name) {
	XmlReader *reader = userdata;
	(void) name;
	if (is_over(reader))
		return;
	Str path = {reader->path, reader->path_len};
	if (reader->handler.end && !reader->handler.end(reader->handler.userdata, path, buf_str(&reader->text))) {
		stop(reader, NULL);
		return;
	}
	reader->path_len = reader->lengths[--reader->depth];
	buf_truncate(&reader->text, 0);
}

static void XMLCALL on_text(void *userdata, const XML_Char *bytes, int len) {
	XmlReader *reader = userdata;
	if (is_over(reader))
		return;
	if (reader->text.len + (size_t) len > XML_MAX_TEXT) {
		stop(reader, "an element holds too much text");
		return;
	}
	buf_append(&reader->text, bytes, (size_t) len);
}

static void XMLCALL on_doctype(void *userdata, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal) {
	(void) name, (void) system, (void) public, (void) internal;
	stop(userdata, "it has a document type declaration");
}

static void set_handlers(XmlReader *reader) {
	XML_SetUserData(reader->parser, reader);
	XML_SetElementHandler(reader->parser, on_begin, on_end);
	XML_SetCharacterDataHandler(reader->parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
}

XmlReader *xml_reader_new(const XmlHandler *handler) {
	XmlReader *reader = bg_calloc(1, sizeof(*reader));
	reader->handler = *handler;
	reader->parser = XML_ParserCreate("UTF-8");
	BG_ASSERT(reader->parser);
	set_handlers(reader);
	return reader;
}

static bool parse(XmlReader *reader, Str piece, bool last, Error *err) {
	if (piece.len > INT_MAX)
		return error_set(err, ERROR_INVALID, "a piece of XML of %zu bytes", piece.len);
	if (!is_over(reader) && XML_Parse(reader->parser, piece.len ? piece.ptr : "", (int) piece.len, last) == XML_STATUS_OK)
		return true;
	if (reader->stopped)
		return error_set(err, ERROR_CANCELLED, "reading was stopped");
	if (reader->refused)
		return error_set(err, ERROR_PROTOCOL, "the XML is refused: %s", reader->refused);
	return error_set(err, ERROR_PROTOCOL, "the XML is broken at line %lu: %s", XML_GetCurrentLineNumber(reader->parser),
		XML_ErrorString(XML_GetErrorCode(reader->parser)));
}

bool xml_reader_feed(XmlReader *reader, Str piece, Error *err) { return parse(reader, piece, false, err); }

bool xml_reader_finish(XmlReader *reader, Error *err) { return parse(reader, (Str){0}, true, err); }

void xml_reader_reset(XmlReader *reader) {
	BG_ASSERT(XML_ParserReset(reader->parser, "UTF-8"));
	set_handlers(reader);
	reader->path_len = reader->depth = 0;
	reader->refused = NULL;
	reader->stopped = false;
	buf_truncate(&reader->text, 0);
}

XmlReader *xml_reader_free(XmlReader *reader) {
	if (!reader)
		return NULL;
	XML_ParserFree(reader->parser);
	buf_clear(&reader->text);
	free(reader);
	return NULL;
}
