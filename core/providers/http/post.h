/* post.h: what the files of http.post share: one request to any service that takes one, as the environment describes it. What stands in its body comes from
 * values, each put into a document that was read before: no value can end a string or add a member. */
#pragma once
#include "core/providers/patience.h"

#define POST_BODY_MAX (32u * 1024)        /* it is a part of the plan, and so of the record */

/* The service for the length of one Call. */
typedef struct Post {
	Api api;
	const char *path;            /* what is behind the address: "" or "/" */
	HttpHeader *headers;         /* those that are no secrets; borrowed from the system */
	size_t header_count;
	StrList shown;               /* "Authorization: Bearer (environment variable TRACKER_TOKEN)": every header in words */
	bool is_form;
} Post;

BG_CHECK bool post_open(const Call *call, Post *ret, Error *err);
void post_clear(Post *post);
BG_DEFINE_CLEARP(Post, post_clear)
/* What a system may say of how it is posted to: `body`, `sends`, headers. */
BG_CHECK bool post_check_system(const Environment *environment, const EnvironmentSystem *system, Error *err);

/* The body as it is sent: the system's own with the call's values in it, or an object of them. Appends. */
BG_CHECK bool post_body(const Call *call, Buf *out, Error *err);

bool http_plan_post(const Call *call, Plan *ret_plan, Error *err);
bool http_apply_post(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool http_verify_post(const Call *call, const Plan *plan, ActionResult *result, Error *err);
