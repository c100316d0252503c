/* XML in pieces of any size gives the same calls as in one; paths and texts keep within their limits; what is refused has a reason. */
#include "fuzz.h"
#include "core/transport/xml.h"

static bool on_begin(void *userdata, Str path)
{
	BG_ASSERT(path.len <= XML_MAX_PATH);
	buf_printf(userdata, "+%.*s\n", STR_ARG(path));
	return true;
}

static bool on_end(void *userdata, Str path, Str text)
{
	BG_ASSERT(text.len <= XML_MAX_TEXT);
	buf_printf(userdata, "-%.*s=%zu:", STR_ARG(path), text.len);
	buf_put_str(userdata, text);
	return true;
}

static bool on_attribute(void *userdata, Str path, Str name, Str value)
{
	buf_printf(userdata, "%.*s@%.*s=%.*s\n", STR_ARG(path), STR_ARG(name), STR_ARG(value));
	return true;
}

static bool read_all(XmlReader *reader, Str text, size_t piece)
{
	Error err = { 0 };
	bool ok = true;
	for (size_t at = 0; ok && at < text.len; at += piece)
		ok = xml_reader_feed(reader, str_slice(text, at, piece), &err);
	ok = ok && xml_reader_finish(reader, &err);
	if (!ok)
		fuzz_refused(&err);
	return ok;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(Buf) calls = { 0 };
	AUTO_CLEAR(Buf) in_pieces = { 0 };
	Str text = { (const char *) data, size };
	AUTO(XmlReader) *reader = xml_reader_new(&(XmlHandler) { .begin = on_begin, .attribute = on_attribute, .end = on_end, .userdata = &calls });
	AUTO(XmlReader) *other = xml_reader_new(&(XmlHandler) { .begin = on_begin, .attribute = on_attribute, .end = on_end, .userdata = &in_pieces });
	bool ok = read_all(reader, text, size ? size : 1), same = read_all(other, text, size ? 1 + data[size - 1] % 7U : 1);
	BG_ASSERT(ok == same);
	if (!ok)
		return 0;
	BG_ASSERT(str_eq(buf_str(&calls), buf_str(&in_pieces)));
	xml_reader_reset(reader);
	size_t before = calls.len;
	BG_ASSERT(read_all(reader, text, size) && calls.len == 2 * before);
	return 0;
}
