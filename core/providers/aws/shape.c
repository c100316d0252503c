/* shape.c: what is promised of a bucket: who owns what is put there, whether the public is kept out, versioning, encryption. Each part has a
 * subresource of its own, with a permission of its own, and its own way to say that nobody ever set it. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"

#define XMLNS " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
#define BLOCKS 4

const char *const SHAPE_NAMES[SHAPE_PARTS] = {
	[SHAPE_OWNERSHIP] = "ownership", [SHAPE_PUBLIC] = "public", [SHAPE_VERSIONING] = "versioning", [SHAPE_ENCRYPTION] = "encryption",
};

static const struct {
	const char *query, *root, *reads, *writes;
	const char *none;        /* the code that says that nobody set it */
	const char *unset;       /* what holds then */
} PARTS[SHAPE_PARTS] = {
	[SHAPE_OWNERSHIP] = {"ownershipControls=", "OwnershipControls", "s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls",
		"OwnershipControlsNotFoundError", "ObjectWriter"},
	[SHAPE_PUBLIC] = {"publicAccessBlock=", "PublicAccessBlockConfiguration", "s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock",
		"NoSuchPublicAccessBlockConfiguration", "open"},
	[SHAPE_VERSIONING] = {"versioning=", "VersioningConfiguration", "s3:GetBucketVersioning", "s3:PutBucketVersioning", "", "off"},
	[SHAPE_ENCRYPTION] = {"encryption=", "ServerSideEncryptionConfiguration", "s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration",
		"ServerSideEncryptionConfigurationNotFoundError", "none"},
};

static const char *const BLOCK_NAMES[BLOCKS] = {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"};

void aws_shape_clear(AwsShape *shape) {
	for (size_t i = 0; i < SHAPE_PARTS; i++)
		free(shape->parts[i]);
	*shape = (AwsShape){0};
}

/* ---- reading ---- */

/* "blocked" for all four, "open" for none, else those that are on. */
static bool read_blocks(Str body, char **ret, Error *err) {
	char *on[BLOCKS] = {0}, *paths[BLOCKS];
	AwsField fields[BLOCKS];
	Buf names = {0};
	size_t count = 0;
	for (size_t i = 0; i < BLOCKS; i++) {
		paths[i] = bg_asprintf("PublicAccessBlockConfiguration/%s", BLOCK_NAMES[i]);
		fields[i] = (AwsField){paths[i], &on[i]};
	}
	bool ok = aws_read_xml(body, "PublicAccessBlockConfiguration", fields, BLOCKS, err);
	for (size_t i = 0; i < BLOCKS; i++) {
		if (on[i] && str_eq_nocase(str_from(on[i]), STR("true"))) {
			buf_printf(&names, "%s%s", count ? "," : "", BLOCK_NAMES[i]);
			count++;
		}
		free(on[i]);
		free(paths[i]);
	}
	if (ok)
		*ret = count == BLOCKS ? bg_strdup("blocked") : count ? bg_strdup(buf_text(&names)) : bg_strdup("open");
	buf_clear(&names);
	return ok;
}

static bool read_encryption(Str body, char **ret, Error *err) {
#define BY_DEFAULT "ServerSideEncryptionConfiguration/Rule/ApplyServerSideEncryptionByDefault/"
	AUTO_FREE char *kind = NULL, *key = NULL;
	AwsField fields[] = {{BY_DEFAULT "SSEAlgorithm", &kind}, {BY_DEFAULT "KMSMasterKeyID", &key}};
	if (!aws_read_xml(body, "ServerSideEncryptionConfiguration", fields, BG_LENGTH(fields), err))
		return false;
	if (!kind || !*kind)
		return error_set(err, ERROR_PROTOCOL, "the answer names no way of encryption");
	*ret = key && *key ? bg_asprintf("%s:%s", kind, key) : TAKE(kind);
	return true;
#undef BY_DEFAULT
}

static bool read_one(Str body, const char *root, const char *path, const char *otherwise, char **ret, Error *err) {
	AUTO_FREE char *text = NULL;
	AwsField field = {path, &text};
	if (!aws_read_xml(body, root, &field, 1, err))
		return false;
	if (!otherwise && (!text || !*text))
		return error_set(err, ERROR_PROTOCOL, "the answer lacks what was asked for");
	*ret = text && *text ? TAKE(text) : bg_strdup(otherwise);
	return true;
}

static bool read_body(Str body, ShapePart part, char **ret, Error *err) {
	switch (part) {
	case SHAPE_OWNERSHIP: return read_one(body, "OwnershipControls", "OwnershipControls/Rule/ObjectOwnership", NULL, ret, err);
	case SHAPE_PUBLIC: return read_blocks(body, ret, err);
	case SHAPE_VERSIONING: return read_one(body, "VersioningConfiguration", "VersioningConfiguration/Status", "off", ret, err);
	case SHAPE_ENCRYPTION: return read_encryption(body, ret, err);
	case SHAPE_PARTS: break;
	}
	return false;
}

bool aws_read_part(Aws *aws, const char *bucket, const char *region, ShapePart part, char **ret, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *what = bg_asprintf("%s of bucket %s", SHAPE_NAMES[part], bucket);
	AwsAsk ask = {.bucket = bucket, .region = region, .query = PARTS[part].query, .right = PARTS[part].reads, .what = what};
	if (!aws_send(aws, &ask, &response, err))
		return false;
	if (response.status == 404 && aws_code_is(&response, PARTS[part].none)) {
		*ret = bg_strdup(PARTS[part].unset);
		return true;
	}
	if (response.status != 200)
		return aws_refused(aws, &ask, &response, err);
	if (read_body(buf_str(&response.body), part, ret, err))
		return true;
	error_hint(err, "look at the addresses in the environment file: a login page or a proxy may answer there");
	return error_where(err, "%s", what);
}

bool aws_read_shape(Aws *aws, const char *bucket, const char *region, AwsShape *ret, Error *err) {
	for (size_t i = 0; i < SHAPE_PARTS; i++)
		if (!aws_read_part(aws, bucket, region, (ShapePart) i, &ret->parts[i], err))
			return false;
	return true;
}

/* ---- writing ---- */

static void put_blocks(const char *value, Buf *out) {
	bool all = text_eq(value, "blocked");
	for (size_t i = 0; i < BLOCKS; i++) {
		bool on = all;
		Str rest = str_from(value), name;
		while (!on && str_split(&rest, ',', &name))
			on = str_eq_c(name, BLOCK_NAMES[i]);
		aws_put_element(out, BLOCK_NAMES[i], on ? "true" : "false");
	}
}

/* "aws:kms:KEY" names a key; a way of encryption holds a colon of its own. */
static void put_encryption(const char *value, Buf *out) {
	Str text = str_from(value), kms = STR("aws:kms:");
	bool named = text.len > kms.len && memcmp(text.ptr, kms.ptr, kms.len) == 0;
	buf_puts(out, "<Rule><ApplyServerSideEncryptionByDefault>");
	aws_put_element(out, "SSEAlgorithm", named ? "aws:kms" : value);
	if (named)
		aws_put_element(out, "KMSMasterKeyID", value + kms.len);
	buf_puts(out, "</ApplyServerSideEncryptionByDefault></Rule>");
}

static void put_body(ShapePart part, const char *value, Buf *out) {
	buf_printf(out, "<%s" XMLNS, PARTS[part].root);
	switch (part) {
	case SHAPE_OWNERSHIP:
		buf_puts(out, "<Rule>");
		aws_put_element(out, "ObjectOwnership", value);
		buf_puts(out, "</Rule>");
		break;
	case SHAPE_PUBLIC: put_blocks(value, out); break;
	case SHAPE_VERSIONING: aws_put_element(out, "Status", value); break;
	case SHAPE_ENCRYPTION: put_encryption(value, out); break;
	case SHAPE_PARTS: break;
	}
	buf_printf(out, "</%s>", PARTS[part].root);
}

char *aws_part_request(const char *bucket, ShapePart part, const char *value) {
	AUTO_CLEAR(Buf) body = {0};
	put_body(part, value, &body);
	return bg_asprintf("PUT s3://%s?%s %s", bucket, PARTS[part].query, buf_text(&body));
}

bool aws_write_part(Aws *aws, const char *bucket, const char *region, ShapePart part, const char *value, ActionResult *result, Error *err) {
	AUTO_CLEAR(Buf) body = {0};
	AUTO_FREE char *what = bg_asprintf("%s of bucket %s", SHAPE_NAMES[part], bucket);
	put_body(part, value, &body);
	AwsAsk ask = {.method = "PUT", .bucket = bucket, .region = region, .query = PARTS[part].query, .body = buf_str(&body),
		.right = PARTS[part].writes, .what = what};
	return aws_change(aws, &ask, result, err);
}

/* ---- what is asked for ---- */

static const struct { ShapePart part; const char *said, *means; } SAYINGS[] = {
	{SHAPE_OWNERSHIP, "acls-disabled", "BucketOwnerEnforced"}, {SHAPE_OWNERSHIP, "acls-enabled", "BucketOwnerPreferred"},
	{SHAPE_OWNERSHIP, "acls-of-the-writer", "ObjectWriter"},
	{SHAPE_VERSIONING, "on", "Enabled"}, {SHAPE_VERSIONING, "suspended", "Suspended"}, {SHAPE_VERSIONING, "off", "off"},
	{SHAPE_ENCRYPTION, "s3", "AES256"}, {SHAPE_ENCRYPTION, "kms", "aws:kms"},
};

char *aws_wanted_part(const Call *call, ShapePart part) {
	const char *said = call_arg(call, SHAPE_NAMES[part]);
	for (size_t i = 0; said && i < BG_LENGTH(SAYINGS); i++)
		if (SAYINGS[i].part == part && text_eq(SAYINGS[i].said, said))
			return bg_strdup(SAYINGS[i].means);
	return bg_strdup_or_null(said);
}
