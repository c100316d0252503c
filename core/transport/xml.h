/* xml.h: reads XML piece by piece, as it arrives, and tells of each element with its path. Memory does not grow with the document.
 * Document type declarations, and with them entities of their own, are refused; depth and sizes are limited. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/str.h"

#define XML_MAX_DEPTH 32
#define XML_MAX_PATH 1024
#define XML_MAX_TEXT (64u * 1024)

typedef struct XmlReader XmlReader;

typedef struct XmlHandler {
	/* `path` is the elements from the root on, without namespace prefixes: "ListBucketResult/Contents/Key". False stops reading; the
	 * handler knows why. Each may be NULL. Slices are good until the call returns. */
	bool (*begin)(void *userdata, Str path);
	bool (*attribute)(void *userdata, Str path, Str name, Str value);   /* each of an element that has begun */
	bool (*end)(void *userdata, Str path, Str text);   /* text: the character data since the last tag */
	void *userdata;
} XmlHandler;

XmlReader *xml_reader_new(const XmlHandler *handler);
/* A document in pieces of any size. */
BG_CHECK bool xml_reader_feed(XmlReader *reader, Str piece, Error *err);
/* The document must be whole. After it the reader can be used for the next document with xml_reader_reset(). */
BG_CHECK bool xml_reader_finish(XmlReader *reader, Error *err);
void xml_reader_reset(XmlReader *reader);
XmlReader *xml_reader_free(XmlReader *reader);
BG_DEFINE_FREEP(XmlReader, xml_reader_free)
