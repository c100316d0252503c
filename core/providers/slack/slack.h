/* slack.h: what the files of the Slack provider share. Slack answers 200 also when it refuses: whether `ok` is true says what happened.
 * It knows no idempotency key: a message whose answer was lost may have been posted, and is never sent again by itself. */
#pragma once
#include "core/providers/patience.h"

#define SLACK_URL "https://slack.com/api"
#define SLACK_NAME_MAX 80            /* of a channel, by Slack's rules */
#define SLACK_TEXT_MAX 4000          /* of a message: more is cut up by Slack where nobody wants it */

extern const Provider SLACK_PROVIDER;

/* One workspace for the length of one Call; or, where there is only a webhook, the one channel behind it. */
typedef struct Slack {
	Api api;
	bool by_webhook;
} Slack;

BG_CHECK bool slack_open(const Call *call, Slack *ret, Error *err);
void slack_clear(Slack *slack);
BG_DEFINE_CLEARP(Slack, slack_clear)

/* Asks `path` ("/auth.test", with a query) and gives the whole answer. */
BG_CHECK bool slack_ask(Slack *slack, const char *path, Json **ret_answer, Error *err);
/* Sends `body` to `path`. Waits as long as Slack asks for (429), inside the call's deadline: such a request was not done.
 * *ret_end says what came of it, also on failure; *ret_code, which may be NULL, gets Slack's word for it when it refused, "" else. */
BG_CHECK bool slack_send(Slack *slack, const char *path, const Json *body, Json **ret_answer, SendEnd *ret_end, char ret_code[static 64], Error *err);
/* The refusal of `path` in words: what is wrong, and what to do. `answer` is the whole of it. Always false. */
bool slack_refused(const Slack *slack, const char *path, const Json *answer, Error *err);
/* Posts to the webhook. */
BG_CHECK bool slack_send_webhook(Slack *slack, const char *text, SendEnd *ret_end, Error *err);

/* ---- words ---- */

/* What Slack would read as an order becomes text: & < > are escaped, @here, @channel and @everyone notify nobody. At most
 * SLACK_TEXT_MAX bytes, cut between characters. Appends. */
void slack_escape(Str text, Buf *out);
/* A channel's name out of a template: ${date} and ${slug} of the incident; lower case, what a name may not have becomes a dash. Owned. */
char *slack_channel_name(const char *template, const char *incident);
/* The same name with a number behind it, for when it is taken. Owned. */
char *slack_other_name(const char *name, int number);

/* ---- the incident's channel, kept in the folder of the run's state ---- */

typedef struct SlackKept { char *id, *name; } SlackKept;
/* NULLs: none was made yet. */
void slack_kept_get(const Call *call, SlackKept *ret);
BG_CHECK bool slack_kept_put(const Call *call, const char *id, const char *name, Error *err);
void slack_kept_clear(SlackKept *kept);
BG_DEFINE_CLEARP(SlackKept, slack_kept_clear)
/* Where a message goes that names no channel: the incident's, else the system's own. Owned; NULL: nowhere. */
char *slack_channel_of(const Call *call);

/* ---- rows ---- */

bool slack_plan_channel(const Call *call, Plan *ret_plan, Error *err);
bool slack_apply_channel(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool slack_verify_channel(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool slack_plan_post(const Call *call, Plan *ret_plan, Error *err);
bool slack_apply_post(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool slack_verify_post(const Call *call, const Plan *plan, ActionResult *result, Error *err);
void slack_read_announcements(const Call *call, Reading *ret);
void slack_may(const Call *call, const char *verb, Rights *rights);
