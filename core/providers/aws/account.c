/* account.c: with which credentials and at which addresses the account is asked, and one request to one of its services. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/providers/aws/aws.h"
#include "core/providers/s3/s3.h"
#include "core/providers/settings.h"
#include "core/transport/url.h"

#define CA_CERT_MAX (256u * 1024)
#define ANSWER_MAX (2u * 1024 * 1024)
#define IAM_REGION "us-east-1"        /* IAM is one for all regions, and signed for this one; STS answers there in every account */
#define HEADERS_MAX 5

static bool open_client(const Call *call, HttpClient **ret, Error *err) {
	AUTO_CLEAR(Buf) ca_cert = {0};
	HttpClientOptions options = {.insecure = system_setting_bool(call->system, "insecure", false)};
	AUTO_FREE char *path = setting_path(call->environment, call->system, "ca-cert");
	if (path && !file_read(path, CA_CERT_MAX, &ca_cert, err))
		return false;
	options.ca_cert = path ? buf_text(&ca_cert) : NULL;
	return http_client_new(&options, ret, err);
}

bool aws_open(const Call *call, Aws *ret, Error *err) {
	AUTO_CLEAR(Aws) aws = {.call = call, .now = wall_now(), .account = system_setting(call->system, "account")};
	if (!s3_find_credentials(call, &aws.credentials, err) || !open_client(call, &aws.client, err))
		return false;
	const char *region = system_setting(call->system, "region");
	aws.region = bg_strdup(region ? region : aws.credentials.region && *aws.credentials.region ? aws.credentials.region : "us-east-1");
	*ret = aws;
	aws = (Aws){0};
	return true;
}

void aws_clear(Aws *aws) {
	http_client_free(aws->client);
	aws_credentials_clear(&aws->credentials);
	free(aws->region);
	*aws = (Aws){0};
}

char *aws_place(const Aws *aws) {
	const char *url = system_setting(aws->call->system, "s3-url");
	return url ? bg_strdup(url) : bg_asprintf("Amazon, %s", aws->region ? aws->region : "region not known");
}

/* ---- addresses ---- */

static void put_base(Buf *url, const char *setting) {
	Str base = str_from(setting);
	while (base.len && base.ptr[base.len - 1] == '/')
		base.len--;
	buf_put_str(url, base);
}

/* A bucket with dots in its name does not fit the certificate of a host name: such a one is asked by path. */
static void bucket_url(const char *setting, const char *region, const AwsAsk *ask, Buf *url) {
	bool by_path = setting || !ask->bucket || strchr(ask->bucket, '.');
	if (setting)
		put_base(url, setting);
	else if (by_path)
		buf_printf(url, "https://s3.%s.amazonaws.com", region);
	else
		buf_printf(url, "https://%s.s3.%s.amazonaws.com", ask->bucket, region);
	if (by_path && ask->bucket)
		buf_printf(url, "/%s", ask->bucket);
	if (!ask->key)
		return buf_puts(url, by_path && ask->bucket ? "" : "/");
	buf_putc(url, '/');
	url_encode_path(str_from(ask->key), url);
}

static bool control_url(const Aws *aws, const char *setting, const char *region, const AwsAsk *ask, Buf *url, Error *err) {
	if (setting) {
		put_base(url, setting);
	} else if (aws->account) {
		buf_printf(url, "https://%s.s3-control.%s.amazonaws.com", aws->account, region);
	} else {
		error_set(err, ERROR_MISSING, "the account's number is not known");
		error_hint(err, "set account: of the system in the environment file");
		return error_where(err, "system %s", aws->call->system->name);
	}
	buf_puts(url, ask->path);
	return true;
}

/* The Query protocol: a form is posted. */
static bool is_query(const AwsAsk *ask) { return ask->service == AWS_IAM || ask->service == AWS_STS; }

static bool find_url(const Aws *aws, const char *region, const AwsAsk *ask, Buf *url, Error *err) {
	static const char *const SETTINGS[] = {[AWS_S3] = "s3-url", [AWS_IAM] = "iam-url", [AWS_STS] = "sts-url", [AWS_CONTROL] = "control-url"};
	const char *setting = system_setting(aws->call->system, SETTINGS[ask->service]);
	if (is_query(ask)) {
		put_base(url, setting ? setting : ask->service == AWS_STS ? "https://sts." IAM_REGION ".amazonaws.com" : "https://iam.amazonaws.com");
		buf_putc(url, '/');
	} else if (ask->service == AWS_CONTROL) {
		if (!control_url(aws, setting, region, ask, url, err))
			return false;
	} else {
		bucket_url(setting, region, ask, url);
	}
	if (ask->query)
		buf_printf(url, "?%s", ask->query);
	return true;
}

/* ---- one request ---- */

/* What sets a bucket up is taken only with a sum of its bytes. */
static void put_md5(Str body, Buf *out) {
	char hex[MD5_HEX_SIZE];
	unsigned char bytes[16];
	size_t len = 0;
	md5_hex(body.ptr, body.len, hex);
	BG_ASSERT(hex_decode(str_from(hex), bytes, sizeof(bytes), &len) && len == sizeof(bytes));
	base64_encode(bytes, len, out);
}

static size_t find_headers(const Aws *aws, const AwsAsk *ask, const Buf *md5, HttpHeader headers[static HEADERS_MAX]) {
	size_t count = 0;
	if (md5->len)
		headers[count++] = (HttpHeader){"Content-MD5", buf_text(md5)};
	if (ask->service == AWS_CONTROL && aws->account)
		headers[count++] = (HttpHeader){"x-amz-account-id", aws->account};
	if (ask->first_bytes)
		headers[count++] = (HttpHeader){"Range", "bytes=0-15"};
	if (ask->ownership)
		headers[count++] = (HttpHeader){"x-amz-object-ownership", ask->ownership};
	/* A bucket that became somebody else's is neither asked nor changed. */
	if (ask->service == AWS_S3 && ask->bucket && aws->account && !ask->ownership)
		headers[count++] = (HttpHeader){"x-amz-expected-bucket-owner", aws->account};
	return count;
}

static const char *content_type(const AwsAsk *ask) {
	return !ask->body.len ? NULL : is_query(ask) ? "application/x-www-form-urlencoded; charset=utf-8" : "application/xml";
}

bool aws_send(Aws *aws, const AwsAsk *ask, HttpResponse *ret, Error *err) {
	AUTO_CLEAR(Buf) url = {0};
	AUTO_CLEAR(Buf) md5 = {0};
	HttpHeader headers[HEADERS_MAX];
	const char *region = is_query(ask) ? IAM_REGION : ask->region ? ask->region : aws->region;
	SigV4 signing = {aws->credentials.access_key_id, aws->credentials.secret_key, aws->credentials.session_token, region,
		ask->service == AWS_IAM ? "iam" : ask->service == AWS_STS ? "sts" : "s3"};
	if (!find_url(aws, region, ask, &url, err))
		return false;
	if (ask->service == AWS_S3 && ask->body.len)
		put_md5(ask->body, &md5);
	HttpRequest request = {.method = is_query(ask) ? "POST" : ask->method, .url = buf_text(&url), .sigv4 = &signing,
		.headers = headers, .header_count = find_headers(aws, ask, &md5, headers), .content_type = content_type(ask), .body = ask->body,
		.deadline_ms = call_remaining_ms(aws->call), .max_body = ANSWER_MAX, .cancelled = aws->call->cancelled, .userdata = aws->call->userdata};
	AUTO_FREE char *where = url_describe(buf_text(&url));
	if (request.deadline_ms <= 0) {
		error_set(err, ERROR_TIMEOUT, "the time for it is over");
		error_hint(err, "Amazon or the way to it is slow: try again, or give it a longer deadline:");
		return error_where(err, "%s at %s", ask->what, where);
	}
	if (!http_request(aws->client, &request, ret, err))
		return error_where(err, "%s at %s", ask->what, where);
	aws->by_name = aws->by_name || ret->by_name;
	aws->now = wall_known(ret->date) ? ret->date : wall_now();
	BG_IGNORE(http_clock_difference(ret, &aws->clock_difference_ms));   /* stays what it was when no time is told */
	return true;
}

bool aws_do(Aws *aws, const AwsAsk *ask, HttpResponse *ret, Error *err) {
	return aws_send(aws, ask, ret, err) && (ret->status / 100 == 2 || aws_refused(aws, ask, ret, err));
}

bool aws_change(Aws *aws, const AwsAsk *ask, ActionResult *result, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	result->began = true;
	return aws_do(aws, ask, &response, err);
}
