/* matrix_rows.c: the rows: how each probe is asked, and what an honest server answers it. Times are told relative to now. */
#include "core/base/alloc.h"
#include "core/providers/backup/backup.h"
#include "matrix.h"

#define HOUR_S 3600
#define DAY_S (24 * HOUR_S)

/* One moment for a whole process: two looks at one world then tell the same. */
static int64_t now_s(void) {
	static int64_t now;
	if (!now)
		now = wall_now().ms / 1000;
	return now;
}

static bool is_get(const BadRequest *request, const char *target) {
	return text_eq(request->method, "GET") && text_eq(request->target, target);
}

static bool begins(const BadRequest *request, const char *target) { return str_starts(str_from(request->target), target); }

/* ---- Concourse ---- */

#define PIPELINE "/api/v1/teams/main/pipelines/backup"

static void builds(MatrixWorld world, Buf *out) {
	int64_t good = now_s() - 3 * HOUR_S, newest = world == WORLD_FUTURE ? now_s() + DAY_S : good;
	if (world == WORLD_EMPTY)
		buf_puts(out, "[]");
	else
		buf_printf(out, "[{\"id\":9,\"team_name\":\"main\",\"name\":\"9\",\"status\":\"succeeded\",\"job_name\":\"copy\",\"start_time\":%lld,"
			"\"end_time\":%lld},{\"id\":8,\"name\":\"8\",\"status\":\"failed\",\"start_time\":%lld,\"end_time\":%lld}]",
			(long long) newest - 900, (long long) newest, (long long) good - DAY_S - 900, (long long) good - DAY_S);
}

static void concourse(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	buf_puts(&answer->headers, "X-Concourse-Version: 8.2.5\r\nContent-Type: application/json\r\n");
	if (is_get(request, PIPELINE "/jobs/copy/builds?limit=40")) {
		builds(world, &answer->body);
	} else if (is_get(request, PIPELINE "/jobs/copy")) {
		buf_puts(&answer->body, "{\"id\":1,\"name\":\"copy\",\"team_name\":\"main\",\"next_build\":null,\"finished_build\":{\"id\":9}}");
	} else if (is_get(request, PIPELINE "/config")) {
		buf_puts(&answer->headers, "X-Concourse-Config-Version: 42\r\n");
		buf_puts(&answer->body, "{\"config\":{\"resources\":[{\"name\":\"daily\",\"type\":\"time\",\"source\":{\"interval\":\"24h\"}}],\"jobs\":["
			"{\"name\":\"copy\",\"plan\":[{\"get\":\"daily\",\"trigger\":true},{\"task\":\"sync\"}]}]}}");
	} else if (is_get(request, PIPELINE)) {
		buf_puts(&answer->body, "{\"id\":3,\"name\":\"backup\",\"paused\":false,\"public\":false,\"archived\":false,\"team_name\":\"main\"}");
	} else {
		answer->status = 404;
	}
}

/* ---- Fastly ---- */

#define ID "1234567890abcdefABCD12"
#define VERSION_76 "/service/" ID "/version/76/"
#define HOST "content-live.s3.us-east-1.amazonaws.com"

/* What a version holds besides its backends: a kind, and the list of its objects. */
static const struct { const char *path, *objects; } KINDS[] = {
	{"healthcheck", "[{\"name\":\"hc\",\"host\":\"" HOST "\",\"path\":\"/\"}]"},
	{"domain", "[{\"name\":\"ocw.example.org\"}]"},
	{"pool", "[{\"id\":\"pool1\",\"name\":\"origins\"}]"},
	{"dictionary", "[{\"id\":\"dict1\",\"name\":\"redirects\",\"write_only\":false}]"},
	{"snippet", "[{\"id\":\"snip1\",\"name\":\"banner\",\"dynamic\":\"1\",\"content\":null},"
		"{\"id\":\"snip2\",\"name\":\"fixed\",\"dynamic\":\"0\",\"content\":\"set req.http.X = 1;\"}]"},
};

static void fastly_version(const char *path, MatrixWorld world, Buf *out) {
	if (text_eq(path, "backend") && world != WORLD_EMPTY) {
		buf_puts(out, "[{\"name\":\"origin\",\"address\":\"" HOST "\",\"hostname\":\"" HOST "\",\"override_host\":\"" HOST "\",\"port\":443}]");
		return;
	}
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++) {
		if (text_eq(path, KINDS[i].path)) {
			buf_puts(out, KINDS[i].objects);
			return;
		}
	}
	buf_puts(out, text_eq(path, "settings") ? "{\"general.default_host\":\"\",\"general.default_ttl\":3600}" : "[]");
}

static void fastly(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	buf_puts(&answer->headers, "Content-Type: application/json\r\n");
	if (begins(request, "/service/search?name="))
		buf_puts(&answer->body, "{\"id\":\"" ID "\",\"name\":\"ocw-live\",\"type\":\"vcl\"}");
	else if (is_get(request, "/service/" ID "/version"))
		buf_printf(&answer->body, "[{\"number\":76,\"active\":%s,\"locked\":true},{\"number\":77,\"active\":false,\"locked\":false}]",
			world == WORLD_HOLLOW ? "false" : "true");
	else if (begins(request, "/service/" ID "/dictionary/dict1/items"))
		buf_puts(&answer->body, "[{\"item_key\":\"/old\",\"item_value\":\"/new\"}]");
	else if (begins(request, "/service/" ID "/snippet/snip1"))
		buf_puts(&answer->body, "{\"snippet_id\":\"snip1\",\"content\":\"set req.http.Y = 2;\"}");
	else if (begins(request, "/service/" ID "/pool/pool1/servers"))
		buf_puts(&answer->body, "[{\"id\":\"s1\",\"address\":\"192.0.2.7\"}]");
	else if (begins(request, VERSION_76))
		fastly_version(request->target + strlen(VERSION_76), world, &answer->body);
	else
		answer->status = 404;
}

/* ---- GitHub ---- */

#define MAIN "/repos/octo/app/branches/main/protection"

static void github_run(MatrixWorld world, Buf *out) {
	char begun[WALL_TEXT_SIZE], ended[WALL_TEXT_SIZE];
	int64_t end = now_s() + (world == WORLD_FUTURE ? DAY_S : -3 * HOUR_S);
	wall_format_iso((WallTime){(end - 900) * 1000}, begun);
	wall_format_iso((WallTime){end * 1000}, ended);
	buf_printf(out, "{\"id\":4711,\"run_number\":17,\"event\":\"schedule\",\"status\":\"completed\",\"conclusion\":\"success\",\"head_branch\":\"main\","
		"\"actor\":{\"login\":\"ann\"},\"display_title\":\"Backup\",\"created_at\":\"%s\",\"updated_at\":\"%s\"}", begun, ended);
}

static void github_actions(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	buf_puts(&answer->headers, "Content-Type: application/json; charset=utf-8\r\n");
	if (begins(request, "/repos/octo/app/actions/workflows?")) {
		buf_puts(&answer->body, "{\"total_count\":1,\"workflows\":[{\"id\":9,\"name\":\"Backup\",\"path\":\".github/workflows/backup.yml\",\"state\":\"active\"}]}");
	} else if (begins(request, "/repos/octo/app/actions/workflows/9/runs?")) {
		buf_puts(&answer->body, "{\"total_count\":1,\"workflow_runs\":[");
		if (world != WORLD_EMPTY)
			github_run(world, &answer->body);
		buf_puts(&answer->body, "]}");
	} else if (is_get(request, "/repos/octo/app/actions/runs/4711")) {
		github_run(world, &answer->body);
	} else {
		answer->status = 404;
		buf_puts(&answer->body, "{\"message\":\"Not Found\",\"documentation_url\":\"https://docs.github.com/rest\",\"status\":\"404\"}");
	}
}

static void github(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	buf_puts(&answer->headers, "Content-Type: application/json; charset=utf-8\r\n");
	if (is_get(request, MAIN) && world != WORLD_EMPTY) {
		buf_puts(&answer->body, "{\"url\":\"https://api.github.com" MAIN "\",\"enforce_admins\":{\"url\":\"x\",\"enabled\":true},"
			"\"required_pull_request_reviews\":{\"url\":\"x\",\"dismiss_stale_reviews\":true,\"required_approving_review_count\":2}}");
	} else if (is_get(request, MAIN "/required_pull_request_reviews")) {
		buf_puts(&answer->body, "{\"url\":\"x\",\"dismiss_stale_reviews\":true,\"required_approving_review_count\":2}");
	} else if (begins(request, "/repos/octo/app/rules/branches/main?")) {
		buf_puts(&answer->body, world == WORLD_EMPTY ? "[]" : "[{\"type\":\"deletion\",\"ruleset_source_type\":\"Repository\",\"ruleset_source\":\"octo/app\",\"ruleset_id\":7},"
			"{\"type\":\"pull_request\",\"ruleset_source_type\":\"Organization\",\"ruleset_source\":\"octo\",\"ruleset_id\":8,"
			"\"parameters\":{\"required_approving_review_count\":1}}]");
	} else {
		answer->status = 404;
		buf_puts(&answer->body, "{\"message\":\"Branch not protected\",\"documentation_url\":\"https://docs.github.com/rest\",\"status\":\"404\"}");
	}
}

/* ---- S3 ---- */

static void object(const char *key, int64_t age_s, int64_t bytes, Buf *out) {
	char time[WALL_TEXT_SIZE];
	buf_printf(out, "<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>&quot;d4&quot;</ETag><Size>%lld</Size></Contents>", key,
		wall_format_iso((WallTime){(now_s() - age_s) * 1000}, time), (long long) bytes);
}

static void listing(MatrixWorld world, bool first_of_two, BadAnswer *answer) {
	Buf *out = &answer->body;
	bool empty = world == WORLD_EMPTY;
	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
		"<Name>b</Name><Prefix></Prefix><EncodingType>url</EncodingType><KeyCount>%d</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>%s</IsTruncated>",
		empty ? 0 : 2, first_of_two ? "true" : "false");
	if (first_of_two)
		buf_puts(out, "<NextContinuationToken>n/2==</NextContinuationToken>");
	if (!empty) {
		object(first_of_two ? "a" : "c", 30 * HOUR_S, 2048, out);
		object(first_of_two ? "b" : "d", world == WORLD_FUTURE ? -DAY_S : first_of_two ? 20 * HOUR_S : 3 * HOUR_S, world == WORLD_HOLLOW ? 0 : 4096, out);
	}
	buf_puts(out, "</ListBucketResult>");
}

static void s3(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	buf_puts(&answer->headers, "Content-Type: application/xml\r\n");
	if (begins(request, "/b?")) {
		listing(world, false, answer);
	} else if (begins(request, "/two?")) {
		listing(world, str_find(str_from(request->target), "continuation-token") < 0, answer);
	} else if (text_eq(request->method, "PUT")) {
		buf_puts(&answer->body, "<?xml version=\"1.0\"?><Kept/>");
	} else {
		answer->status = 404;
		buf_puts(&answer->body, "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>");
	}
}

/* ---- Azure ---- */

static void blob(const char *name, int64_t age_s, int64_t bytes, Buf *out) {
	char time[WALL_TEXT_SIZE];
	buf_printf(out, "<Blob><Name>%s</Name><Properties><Last-Modified>%s</Last-Modified><Etag>0x1</Etag><Content-Length>%lld</Content-Length>"
		"<BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier></Properties></Blob>", name,
		wall_format_http((WallTime){(now_s() - age_s) * 1000}, time), (long long) bytes);
}

static void azure(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	Buf *out = &answer->body;
	bool two = begins(request, "/two?"), first = two && str_find(str_from(request->target), "marker=") < 0, empty = world == WORLD_EMPTY;
	buf_puts(&answer->headers, "Content-Type: application/xml\r\n");
	if (!two && !begins(request, "/one?")) {
		answer->status = 404;
		buf_puts(&answer->headers, "x-ms-error-code: ContainerNotFound\r\n");
		return;
	}
	buf_puts(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"http://h/\" ContainerName=\"b\"><Blobs>");
	if (!empty) {
		blob(first ? "a" : "c", 30 * HOUR_S, 4000, out);
		blob(first ? "b" : "d", world == WORLD_FUTURE ? -DAY_S : first ? 20 * HOUR_S : 3 * HOUR_S, world == WORLD_HOLLOW ? 0 : 4096, out);
	}
	buf_printf(out, "</Blobs><NextMarker>%s</NextMarker></EnumerationResults>", first ? "2!8!bg--" : "");
}

/* ---- an account at Amazon ---- */

#define AWS_XML(root, inside) "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" root " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" inside "</" root ">"

static const struct { const char *query, *good, *hollow; } AWS_PARTS[] = {
	{"?versioning=", AWS_XML("VersioningConfiguration", "<Status>Enabled</Status>"), AWS_XML("VersioningConfiguration", "")},
	{"?encryption=", AWS_XML("ServerSideEncryptionConfiguration", "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
		"</ApplyServerSideEncryptionByDefault></Rule>"), NULL},
	{"?publicAccessBlock=", AWS_XML("PublicAccessBlockConfiguration", "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
		"<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>"), NULL},
	{"?ownershipControls=", AWS_XML("OwnershipControls", "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"), NULL},
	{"?replication=", AWS_XML("ReplicationConfiguration", "<Role>arn:aws:iam::1:role/r</Role><Rule><ID>DR Replication</ID><Priority>1</Priority><Filter><Prefix></Prefix>"
		"</Filter><Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::copy</Bucket></Destination></Rule>"),
		AWS_XML("ReplicationConfiguration", "<Role>arn:aws:iam::1:role/r</Role>")},
};

static void aws_error(BadAnswer *answer, const char *code) {
	answer->status = 404;
	buf_printf(&answer->body, "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>It is not there.</Message></Error>", code);
}

/* Of the newest object; its copy is in the other bucket. */
static void aws_object(const char *target, BadAnswer *answer) {
	buf_printf(&answer->headers, "x-amz-replication-status: %s\r\n", strncmp(target, "/copy/", 6) == 0 ? "REPLICA" : "COMPLETED");
	buf_puts(&answer->headers, "Content-Range: bytes 0-15/4096\r\n");
	buf_puts(&answer->body, "content, content");
	answer->status = 206;
}

static void aws(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	ptrdiff_t at = str_find_char(str_from(request->target), '?');
	const char *query = at < 0 ? "" : request->target + at;
	bool is_copy = strncmp(request->target, "/copy", 5) == 0;
	if (!*query)
		return aws_object(request->target, answer);
	buf_puts(&answer->headers, "Content-Type: application/xml\r\n");
	if (str_find(str_from(query), "list-type=2") >= 0)
		return listing(world, false, answer);
	if (text_eq(query, "?location=") && world == WORLD_EMPTY)
		return aws_error(answer, "NoSuchBucket");
	if (text_eq(query, "?location="))
		return buf_printf(&answer->body, AWS_XML("LocationConstraint", "%s"), is_copy ? "us-east-2" : "");
	for (size_t i = 0; i < BG_LENGTH(AWS_PARTS); i++)
		if (text_eq(query, AWS_PARTS[i].query))
			return buf_puts(&answer->body, world == WORLD_HOLLOW && AWS_PARTS[i].hollow ? AWS_PARTS[i].hollow : AWS_PARTS[i].good);
	aws_error(answer, "NoSuchKey");
}

#define ROLE_SAYS(statements) "<GetRolePolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRolePolicyResult><RoleName>web</RoleName><PolicyDocument>" \
	"%7B%22Statement%22%3A%5B" statements "%5D%7D</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>"
#define MAY(action, resource) "%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22" action "%22%2C%22Resource%22%3A%22arn%3Aaws%3As3%3A%3A%3A" resource "%22%7D"

static void iam(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	(void) request;
	buf_puts(&answer->headers, "Content-Type: text/xml\r\n");
	if (world == WORLD_EMPTY) {
		answer->status = 404;
		buf_puts(&answer->body, "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>"
			"<Message>The role cannot be found.</Message></Error></ErrorResponse>");
	} else {
		buf_puts(&answer->body, world == WORLD_HOLLOW ? ROLE_SAYS(MAY("s3%3AListBucket", "kept")) : ROLE_SAYS(MAY("s3%3AListBucket", "kept") "%2C" MAY("s3%3A%2A", "kept%2F%2A")));
	}
}

/* ---- a site ---- */

static void site(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	AUTO_FREE char *host = str_dup(bad_header(request, "Host"));
	if (is_get(request, "/sitemap.xml")) {
		buf_puts(&answer->headers, "Content-Type: application/xml\r\n");
		buf_puts(&answer->body, "<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">");
		for (int i = 0; i < 3 && world != WORLD_EMPTY; i++)
			buf_printf(&answer->body, "<url><loc>http%s://%s/courses/%d</loc></url>", request->tls ? "s" : "", host, i);
		buf_puts(&answer->body, "</urlset>");
		return;
	}
	buf_puts(&answer->headers, "Content-Type: text/html; charset=utf-8\r\n");
	if (world != WORLD_EMPTY)
		buf_puts(&answer->body, "<!doctype html><html><head><title>Course</title></head><body><h1>Course Description</h1>"
			"<p>What this course is about, in a few words.</p></body></html>");
}

/* ---- Mycelium: the answers of its own API (mycelium-api/src/lib.rs), and of its JSON-RPC (rpc.rs) ---- */

static void peers(MatrixWorld world, Buf *out) {
	if (world == WORLD_EMPTY)
		buf_puts(out, "[]");
	else
		buf_printf(out, "[{\"endpoint\":{\"proto\":\"tcp\",\"socketAddr\":\"192.0.2.6:9651\"},\"type\":\"static\",\"connectionState\":\"%s\","
			"\"txBytes\":1,\"rxBytes\":1,\"discovered\":12,\"lastConnected\":3}]", world == WORLD_HOLLOW ? "dead" : "alive");
}

static void routes(Buf *out) {
	buf_puts(out, "[{\"subnet\":\"469:1348:ab0c:a1d8::/64\",\"nextHop\":\"TCP 203.0.113.2:60128 <-> 192.0.2.6:9651\",\"metric\":13,\"seqno\":1}]");
}

static void mycelium(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	bool rpc = text_eq(request->method, "POST") && text_eq(request->target, "/rpc");
	buf_puts(&answer->headers, "Content-Type: application/json\r\n");
	buf_puts(&answer->body, rpc ? "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" : "");
	if (is_get(request, "/api/v1/admin/peers") || (rpc && request->number == 0))
		peers(world, &answer->body);
	else if (is_get(request, "/api/v1/admin/routes/selected") || rpc)
		routes(&answer->body);
	else
		answer->status = 404;
	buf_puts(&answer->body, rpc ? "}" : "");
}

/* ---- CouchDB ---- */

static void couch(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	(void) world;
	buf_puts(&answer->headers, "Server: CouchDB/3.5.2\r\nContent-Type: application/json\r\n");
	if (is_get(request, "/"))
		buf_puts(&answer->body, "{\"couchdb\":\"Welcome\",\"version\":\"3.5.2\"}");
	else if (is_get(request, "/_up"))
		buf_puts(&answer->body, "{\"status\":\"ok\",\"seeds\":{}}");
	else if (is_get(request, "/_membership"))
		buf_puts(&answer->body, "{\"all_nodes\":[\"couchdb@a\",\"couchdb@b\"],\"cluster_nodes\":[\"couchdb@a\",\"couchdb@b\"]}");
	else
		buf_puts(&answer->body, "{\"state\":\"cluster_finished\"}");
}

/* ---- Slack ---- */

static void slack(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	(void) world;
	buf_puts(&answer->headers, "Content-Type: application/json; charset=utf-8\r\n");
	if (is_get(request, "/auth.test"))
		buf_puts(&answer->body, "{\"ok\":true,\"url\":\"https://w.slack.com/\",\"team\":\"W\",\"user\":\"bot\",\"team_id\":\"T1\",\"user_id\":\"U1\"}");
	else if (text_eq(request->method, "POST") && text_eq(request->target, "/chat.postMessage"))
		buf_puts(&answer->body, "{\"ok\":true,\"channel\":\"C1\",\"ts\":\"1503435956.000247\",\"message\":{\"text\":\"x\"}}");
	else
		answer->status = 404;
}

/* ---- Trello ---- */

static void trello(const BadRequest *request, MatrixWorld world, BadAnswer *answer) {
	buf_puts(&answer->headers, "Content-Type: application/json; charset=utf-8\r\n");
	if (is_get(request, "/1/boards/b?fields=name,closed"))
		buf_puts(&answer->body, "{\"id\":\"66a1b2c3d4e5f60718293a4b\",\"name\":\"B\",\"closed\":false}");
	else if (is_get(request, "/1/boards/66a1b2c3d4e5f60718293a4b/lists?filter=all&fields=name,closed") && world == WORLD_EMPTY)
		buf_puts(&answer->body, "[]");
	else if (is_get(request, "/1/boards/66a1b2c3d4e5f60718293a4b/lists?filter=all&fields=name,closed"))
		buf_printf(&answer->body, "[{\"id\":\"66a1b2c3d4e5f60718290001\",\"name\":\"L\",\"closed\":%s}]", world == WORLD_HOLLOW ? "true" : "false");
	else
		answer->status = 404;
}

/* ---- sets of backups ---- */

static void backups(TempFolder *folder, MatrixWorld world) {
	char day[WALL_TEXT_SIZE];
	VerifyReport report = {0};
	if (world == WORLD_EMPTY)
		return;
	wall_format_iso((WallTime){(now_s() + (world == WORLD_FUTURE ? 30 * DAY_S : -DAY_S)) * 1000}, day);
	AUTO_FREE char *name = bg_asprintf("%.4s%.2s%.2s", day, day + 5, day + 8);
	AUTO_FREE char *dump = bg_asprintf("%s/users.json", name);
	AUTO_FREE char *manifest = bg_asprintf("%s/" BACKUP_MANIFEST, name);
	AUTO_FREE char *text = bg_asprintf("{\"backup_date\":\"%s\",\"backup_type\":\"daily\"}", day);
	temp_write(folder, dump, "{\"total_rows\":0,\"rows\":[]}");
	if (world != WORLD_HOLLOW)
		temp_write(folder, manifest, text);
	cr_assert(backup_mark_verified(folder->path, name, &report, NULL));
}

/* ---- the rows ---- */

#define TOKEN "    token: SECRET\n"
#define SERVICE "    service: ocw-live\n" TOKEN
#define SAS "    account: matrix\n    sas: SECRET\n"
#define KEYS "    region: us-east-1\n    access-key-id: { env: MATRIX_ID }\n    secret-access-key: SECRET\n    session-token: { env: MATRIX_SECRET }\n"

const MatrixRow MATRIX[] = {
	{"concourse.pipeline", "", "concourse", "url", TOKEN, {"pipeline", "backup"}, concourse, BODY_JSON, "pipeline backup",
		{READING_OK, READING_UNKNOWN, READING_UNKNOWN, READING_UNKNOWN}, "a pipeline is there or not (404); it has no content and no time",
		.by_clock = true},
	{"concourse.job", "", "concourse", "url", TOKEN, {"pipeline", "backup", "job", "copy"}, concourse, BODY_JSON, "backup/copy",
		{READING_OK, READING_FAIL, READING_UNKNOWN, READING_WARN}, "a run has no content", .by_clock = true, .part_from = 2},
	{"backup.sets", "", NULL, NULL, NULL, {"folder", "FOLDER"}, NULL, BODY_NONE, "/", {READING_OK, READING_FAIL, READING_FAIL, READING_WARN}, NULL,
		.prepare = backups},
	{"couchdb.cluster", "", "couchdb", "url", "    password: SECRET\n", {NULL}, couch, BODY_JSON, "CouchDB s",
		{READING_OK, READING_UNKNOWN, READING_UNKNOWN, READING_UNKNOWN}, "a cluster has nodes; it has no content and no time", .by_clock = true},
	{"fastly.service", "", "fastly", "url", SERVICE, {"serves", "content-live"}, fastly, BODY_JSON, "ocw-live",
		{READING_OK, READING_FAIL, READING_FAIL, READING_UNKNOWN}, "no time is judged", .by_clock = true},
	{"fastly.grep", "", "fastly", "url", SERVICE, {"text", "content-backup"}, fastly, BODY_JSON, "ocw-live",
		{READING_OK, READING_UNKNOWN, READING_UNKNOWN, READING_UNKNOWN}, "a version with nothing in it names nothing; no time is judged",
		.by_clock = true},
	{"github.protection", "", "github", "url", "    repository: octo/app\n" TOKEN, {"branch", "main"}, github, BODY_JSON, "branch main",
		{READING_OK, READING_FAIL, READING_UNKNOWN, READING_UNKNOWN}, "a branch is protected or not (404); it has no content and no time",
		.by_clock = true, .sampled = true, .part_from = 1},
	{"github.workflow", "", "github", "url", "    repository: octo/app\n" TOKEN, {"workflow", "backup.yml", "max-age", "26h"}, github_actions, BODY_JSON,
		"workflow backup.yml", {READING_OK, READING_FAIL, READING_UNKNOWN, READING_WARN}, "a run has no content", .by_clock = true, .sampled = true},
	{"github.run", "", "github", "url", "    repository: octo/app\n" TOKEN, {"run", "4711"}, github_actions, BODY_JSON, "run 4711",
		{READING_OK, READING_UNKNOWN, READING_UNKNOWN, READING_WARN}, "a run is there or not (404); it has no content", .by_clock = true, .sampled = true},
	{"s3.bucket", "", "s3", "endpoint", KEYS, {"bucket", "b", "max-age", "26h"}, s3, BODY_XML, "bucket b",
		{READING_OK, READING_FAIL, READING_WARN, READING_WARN}, NULL, .by_clock = true},
	{"s3.bucket", "two pages", "s3", "endpoint", KEYS, {"bucket", "two", "max-age", "26h"}, s3, BODY_XML, "bucket two",
		{READING_OK, READING_FAIL, READING_WARN, READING_WARN}, NULL, .by_clock = true},
	{"azure.container", "", "azure", "url", SAS, {"container", "one", "max-age", "26h", "shrink", "50"}, azure, BODY_XML, "container one",
		{READING_OK, READING_FAIL, READING_WARN, READING_WARN}, NULL, .by_clock = true, .secret = "sv=2021-12-02&sr=c&sp=rl&sig=" MATRIX_SECRET},
	{"azure.container", "two pages, by key", "azure", "url", "    account: matrix\n    key: { env: MATRIX_KEY }\n", {"container", "two", "max-age", "26h"},
		azure, BODY_XML, "container two", {READING_OK, READING_FAIL, READING_WARN, READING_WARN}, NULL, .by_clock = true},
	{"aws.access", "", "aws", "iam-url", KEYS, {"bucket", "kept", "role", "web", "policy", "assets"}, iam, BODY_XML, "access to bucket kept",
		{READING_OK, READING_FAIL, READING_WARN, READING_UNKNOWN}, "a policy has no time", .by_clock = true},
	{"aws.policy", "", "aws", "s3-url", KEYS, {"bucket", "assets", "replicates-to", "copy"}, aws, BODY_XML, "bucket assets",
		{READING_OK, READING_FAIL, READING_WARN, READING_UNKNOWN}, "how a bucket is set up has no time", .by_clock = true},
	{"aws.replicas", "", "aws", "s3-url", KEYS, {"source", "assets", "destination", "copy"}, aws, BODY_XML, "bucket assets",
		{READING_OK, READING_FAIL, READING_UNKNOWN, READING_WARN}, "what an object holds is not looked at", .by_clock = true},
	{"mycelium.peers", "", "mycelium", "url", "", {NULL}, mycelium, BODY_JSON, "the Mycelium daemon",
		{READING_OK, READING_FAIL, READING_FAIL, READING_UNKNOWN}, "no time is judged", .by_clock = true},
	{"mycelium.peers", "JSON-RPC", "mycelium", "jsonrpc", "", {NULL}, mycelium, BODY_JSON, "the Mycelium daemon",
		{READING_OK, READING_FAIL, READING_FAIL, READING_UNKNOWN}, "no time is judged", .by_clock = true},
	{"http", "one page", "http", "url", "", {"text", "Course Description", "absent", "Lorem"}, site, BODY_HTML, NULL,
		{READING_OK, READING_FAIL, READING_UNKNOWN, READING_UNKNOWN}, "a page that is hollow is empty; no time is judged", .is_subject = true},
	{"http", "a sample", "http", "url", "", {"sample", "3", "text", "Course Description", "absent", "Lorem"}, site, BODY_HTML, NULL,
		{READING_OK, READING_FAIL, READING_UNKNOWN, READING_UNKNOWN}, "a page that is hollow is empty; no time is judged", .is_subject = true},
	{"checkpoint.bucket", "no incident", "s3", "endpoint", KEYS, {"bucket", "kept", "prefix", "audit/"}, s3, BODY_NONE, "bucket kept",
		{READING_OK, READING_UNKNOWN, READING_UNKNOWN, READING_UNKNOWN}, "an empty place is ready; it has no times", .by_clock = true},
	{"checkpoint.bucket", "a record", "s3", "endpoint", KEYS, {"bucket", "kept"}, s3, BODY_NONE, "bucket kept",
		{READING_OK, READING_UNKNOWN, READING_UNKNOWN, READING_UNKNOWN}, "an empty place takes the record; it has no times",
		.is_subject = true, .by_clock = true, .keeps = true},
	{"slack.announce", "no incident", "slack", "url", TOKEN, {"channel", "C1"}, slack, BODY_JSON, "Slack",
		{READING_OK, READING_UNKNOWN, READING_UNKNOWN, READING_UNKNOWN}, "a workspace that answers is ready; it has no times", .by_clock = true},
	{"slack.announce", "a record", "slack", "url", TOKEN, {"channel", "C1"}, slack, BODY_JSON, "Slack",
		{READING_OK, READING_UNKNOWN, READING_UNKNOWN, READING_UNKNOWN}, "a channel takes the message; it has no times", .is_subject = true,
		.by_clock = true, .announces = true},
	{"trello.list", "", "trello", "url", "    board: b\n    key: { env: MATRIX_ID }\n    token: SECRET\n", {"list", "66a1b2c3d4e5f60718290001"}, trello, BODY_JSON, "Trello",
		{READING_OK, READING_FAIL, READING_FAIL, READING_UNKNOWN}, "a board has no times that are told", .by_clock = true},
	{"checkpoint.folder", "no incident", NULL, NULL, NULL, {"folder", "FOLDER"}, NULL, BODY_NONE, "/",
		{READING_OK, READING_UNKNOWN, READING_UNKNOWN, READING_UNKNOWN}, "an empty place is ready; it has no times", .keeps = false},
	{"checkpoint.folder", "a record", NULL, NULL, NULL, {"folder", "FOLDER"}, NULL, BODY_NONE, "/",
		{READING_OK, READING_UNKNOWN, READING_UNKNOWN, READING_UNKNOWN}, "an empty place takes the record; it has no times", .keeps = true},
};
const size_t MATRIX_COUNT = BG_LENGTH(MATRIX);
