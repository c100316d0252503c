/* sim_slack.h: one Slack workspace: channels, messages and threads over the Web API, and an incoming webhook. Answers are 200 with "ok":false
 * where Slack refuses; names of channels are checked by its rules. Not thread-safe: who serves it locks. */
#pragma once
#include "core/sandbox/sim_message.h"

typedef struct SimSlack SimSlack;

/* `token` is the bot's; `webhook` the path of the webhook ("/services/T0/B0/XYZ"). One channel is there: general, C0GENERAL, with the bot in it. */
SimSlack *sim_slack_new(const char *token, const char *webhook);
SimSlack *sim_slack_free(SimSlack *slack);
BG_DEFINE_FREEP(SimSlack, sim_slack_free)
void sim_slack_handle(SimSlack *slack, const SimRequest *request, SimReply *reply, WallTime now);
void sim_slack_refuse_token(SimReply *reply);
/* The next `count` requests get 429 and are to wait `seconds`. */
void sim_slack_limit(SimSlack *slack, int count, int seconds);
/* `method` ("chat.postMessage") answers with this error until NULL is given. */
void sim_slack_refuse(SimSlack *slack, const char *method, const char *error);
/* The next `count` posts are done, and their answers are lost. */
void sim_slack_lose(SimSlack *slack, int count);
/* "C0GENERAL TS TEXT" for a message, "C0GENERAL TS>THREAD TEXT" for an answer: TS as its number among all messages, from 1. Appended. */
void sim_slack_messages(const SimSlack *slack, StrList *ret_messages);
/* "C0000001 name topic U1,U2". Appended. */
void sim_slack_channels(const SimSlack *slack, StrList *ret_channels);
