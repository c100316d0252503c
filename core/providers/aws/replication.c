/* replication.c: what a bucket's replication configuration says. Rules are kept as the service wrote them, too: one that is added or taken away
 * leaves the bytes of the others as they are, whatever they hold that is not known here. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"
#include "core/transport/xml.h"

#define RULES_MAX 1000             /* as many as S3 allows */
#define ROOT "ReplicationConfiguration"

typedef struct RuleReading { Replication *replication; bool root_is_right, too_many; } RuleReading;

static bool on_begin(void *userdata, Str path) {
	RuleReading *reading = userdata;
	Replication *into = reading->replication;
	if (str_find_char(path, '/') < 0)
		reading->root_is_right = str_eq_c(path, ROOT);
	if (!reading->root_is_right)
		return false;
	if (str_eq_c(path, ROOT "/Rule/Filter") && into->count)
		into->rules[into->count - 1].old_kind = false;
	if (!str_eq_c(path, ROOT "/Rule"))
		return true;
	reading->too_many = into->count >= RULES_MAX;
	if (reading->too_many)
		return false;
	into->rules = bg_reallocarray(into->rules, into->count + 1, sizeof(*into->rules));
	into->rules[into->count++] = (ReplicationRule){.old_kind = true};
	return true;
}

static void take(char **to, Str text) {
	free(*to);
	*to = str_dup(str_trim(text));
}

/* A bucket is told as "arn:aws:s3:::NAME" (other partitions of Amazon write "arn:aws-cn:"). */
static void take_bucket(ReplicationRule *rule, Str text) {
	ptrdiff_t at = str_find(text, ":::");
	take(&rule->bucket, at < 0 ? text : str_slice(text, (size_t) at + 3, text.len));
}

static bool on_end(void *userdata, Str path, Str text) {
	RuleReading *reading = userdata;
	Replication *into = reading->replication;
	ReplicationRule *rule = into->count ? &into->rules[into->count - 1] : NULL;
	if (str_eq_c(path, ROOT "/Role"))
		take(&into->role, text);
	else if (rule && str_eq_c(path, ROOT "/Rule/ID"))
		take(&rule->id, text);
	else if (rule && str_eq_c(path, ROOT "/Rule/Status"))
		take(&rule->status, text);
	else if (rule && str_eq_c(path, ROOT "/Rule/Destination/Bucket"))
		take_bucket(rule, text);
	else if (rule && str_eq_c(path, ROOT "/Rule/Priority"))
		return str_parse_int(str_trim(text), &rule->priority);
	return true;
}

/* Where each rule stands in the text. A document that writes them in another way (with a prefix, say) is not cut into pieces. */
static bool find_slices(Replication *into, Error *err) {
	const char *text = buf_text(&into->text), *at = text;
	size_t found = 0;
	while ((at = strstr(at, "<Rule>")) && found < into->count) {
		const char *end = strstr(at, "</Rule>"), *next = strstr(at + 1, "<Rule>");
		if (!end || (next && next < end))
			break;
		into->rules[found].from = (size_t) (at - text);
		into->rules[found++].len = (size_t) (end - at) + strlen("</Rule>");
		at = end;
	}
	if (found == into->count && !at)
		return true;
	error_set(err, ERROR_PROTOCOL, "the rules are written in a way that is not known here");
	return error_hint(err, "change them in the S3 console: bucket > Management > Replication rules");
}

bool replication_parse(Str document, Replication *ret, Error *err) {
	AUTO_CLEAR(Replication) read = {.there = true};
	RuleReading reading = {&read, false, false};
	XmlHandler handler = {.begin = on_begin, .end = on_end, .userdata = &reading};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	buf_put_str(&read.text, document);
	if (!xml_reader_feed(reader, document, err) || !xml_reader_finish(reader, err) || !reading.root_is_right || !read.role)
		return error_set(err, ERROR_PROTOCOL, reading.too_many ? "there are more rules than S3 allows" : "the answer is not a replication configuration");
	for (size_t i = 0; i < read.count; i++)
		if (!read.rules[i].bucket || !read.rules[i].status)
			return error_set(err, ERROR_PROTOCOL, "a rule lacks its destination or its status");
	if (!find_slices(&read, err))
		return false;
	*ret = read;
	read = (Replication){0};
	return true;
}

bool replication_read(Aws *aws, const char *bucket, const char *region, Replication *ret, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *what = bg_asprintf("replication of bucket %s", bucket);
	AwsAsk ask = {.bucket = bucket, .region = region, .query = "replication=", .right = "s3:GetReplicationConfiguration", .what = what};
	if (!aws_send(aws, &ask, &response, err))
		return false;
	if (response.status == 404 && aws_code_is(&response, "ReplicationConfigurationNotFoundError"))
		return true;
	if (response.status != 200)
		return aws_refused(aws, &ask, &response, err);
	if (replication_parse(buf_str(&response.body), ret, err))
		return true;
	error_hint(err, "look at the addresses in the environment file: a login page or a proxy may answer there");
	return error_where(err, "%s", what);
}

const ReplicationRule *replication_find(const Replication *replication, const char *id) {
	for (size_t i = 0; i < replication->count; i++)
		if (text_eq(replication->rules[i].id, id))
			return &replication->rules[i];
	return NULL;
}

const ReplicationRule *replication_to(const Replication *replication, const char *bucket) {
	for (size_t i = 0; i < replication->count; i++)
		if (text_eq(replication->rules[i].bucket, bucket) && text_eq(replication->rules[i].status, "Enabled"))
			return &replication->rules[i];
	return NULL;
}

void replication_clear(Replication *replication) {
	for (size_t i = 0; i < replication->count; i++) {
		free(replication->rules[i].id);
		free(replication->rules[i].status);
		free(replication->rules[i].bucket);
	}
	free(replication->rules);
	free(replication->role);
	buf_clear(&replication->text);
	*replication = (Replication){0};
}
