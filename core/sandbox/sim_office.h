/* sim_office.h: what a team writes to during an incident, beside the sandbox: a Slack workspace and a board of Trello on a loopback port of their own. Lock it to reach the
 * state behind. */
#pragma once
#include "core/base/error.h"
#include "core/sandbox/sim_slack.h"
#include "core/sandbox/sim_trello.h"

#define SIM_OFFICE_TOKEN "xoxb-office-7Wq9-Zk3"
#define SIM_OFFICE_KEY "0471c2e89a6b5d3f471c2e89a6b5d3f0"
#define SIM_OFFICE_TRELLO_TOKEN "ATTAoffice7Wq9Zk3b5d3f471c2e89a6"
#define SIM_OFFICE_WEBHOOK "/services/T0SANDBOX/B0HOOK/hush7Wq9Zk3"

typedef struct SimOffice SimOffice;

BG_CHECK bool sim_office_start(SimOffice **ret_office, Error *err);
SimOffice *sim_office_stop(SimOffice *office);       /* NULL ok; returns NULL */
BG_DEFINE_FREEP(SimOffice, sim_office_stop)

const char *sim_office_slack_url(const SimOffice *office);     /* "http://127.0.0.1:4711/api" */
const char *sim_office_webhook(const SimOffice *office);       /* the whole address of it */
const char *sim_office_trello_url(const SimOffice *office);    /* "http://127.0.0.1:4711" */
/* How every answer ends from now on; what is asked for is not done then, unless it is WHOLE. */
void sim_office_ending(SimOffice *office, SimEnding ending);
void sim_office_delay(SimOffice *office, int64_t delay_ms);
/* Between the two workspace and board are the caller's alone. */
SimSlack *sim_office_lock(SimOffice *office);
SimTrello *sim_office_lock_trello(SimOffice *office);
void sim_office_unlock(SimOffice *office);
/* Waits until so many messages stand in the workspace; false: they did not come within a minute. */
bool sim_office_wait_messages(SimOffice *office, size_t count);
/* The same for requests that change something, whatever came of them. */
bool sim_office_wait_changes(SimOffice *office, size_t count);
/* Everything that was asked and that was not only looking: "slack POST /api/chat.postMessage 200", "trello POST /1/cards 200". Appended. */
void sim_office_changes(SimOffice *office, StrList *ret_changes);
