/* sim_office.c: see sim_office.h. */
#include "core/sandbox/sim_office.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_http.h"

#define WAIT_S 60

struct SimOffice {
	pthread_mutex_t lock;            /* of everything below */
	pthread_cond_t asked;
	SimSlack *slack;
	SimTrello *trello;
	SimEnding ending;
	int64_t delay_ms;
	StrList changes;
	SimHttp *http;
	char *url, *webhook, *trello_url;
};

static bool is_for_trello(const SimRequest *request) { return str_starts(str_from(request->path), "/1/"); }

static void note_change(SimOffice *office, const SimRequest *request, const SimReply *reply) {
	if (!text_eq(request->method, "GET"))
		strlist_add_take(&office->changes, bg_asprintf("%s %s %s %d", is_for_trello(request) ? "trello" : "slack", request->method, request->path, reply->status));
}

static void on_request(void *userdata, const SimRequest *request, SimReply *reply) {
	SimOffice *office = userdata;
	pthread_mutex_lock(&office->lock);
	if (office->ending == SIM_ENDING_WHOLE && is_for_trello(request))
		sim_trello_handle(office->trello, request, reply, wall_now());
	else if (office->ending == SIM_ENDING_WHOLE)
		sim_slack_handle(office->slack, request, reply, wall_now());
	else
		reply->ending = office->ending;
	reply->delay_ms = office->delay_ms;
	note_change(office, request, reply);
	pthread_cond_broadcast(&office->asked);
	pthread_mutex_unlock(&office->lock);
}

bool sim_office_start(SimOffice **ret_office, Error *err) {
	AUTO(SimOffice) *office = bg_calloc(1, sizeof(*office));
	pthread_mutex_init(&office->lock, NULL);
	pthread_cond_init(&office->asked, NULL);
	office->slack = sim_slack_new(SIM_OFFICE_TOKEN, SIM_OFFICE_WEBHOOK);
	office->trello = sim_trello_new(SIM_OFFICE_KEY, SIM_OFFICE_TRELLO_TOKEN);
	if (!sim_http_start(on_request, office, &office->http, err))
		return false;
	office->url = bg_asprintf("http://127.0.0.1:%u/api", sim_http_port(office->http));
	office->trello_url = bg_asprintf("http://127.0.0.1:%u", sim_http_port(office->http));
	office->webhook = bg_asprintf("http://127.0.0.1:%u" SIM_OFFICE_WEBHOOK, sim_http_port(office->http));
	*ret_office = TAKE(office);
	return true;
}

SimOffice *sim_office_stop(SimOffice *office) {
	if (!office)
		return NULL;
	sim_http_stop(office->http);
	sim_slack_free(office->slack);
	sim_trello_free(office->trello);
	strlist_clear(&office->changes);
	pthread_cond_destroy(&office->asked);
	pthread_mutex_destroy(&office->lock);
	free(office->url);
	free(office->trello_url);
	free(office->webhook);
	free(office);
	return NULL;
}

const char *sim_office_slack_url(const SimOffice *office) { return office->url; }
const char *sim_office_trello_url(const SimOffice *office) { return office->trello_url; }
const char *sim_office_webhook(const SimOffice *office) { return office->webhook; }

void sim_office_ending(SimOffice *office, SimEnding ending) {
	pthread_mutex_lock(&office->lock);
	office->ending = ending;
	pthread_mutex_unlock(&office->lock);
}

void sim_office_delay(SimOffice *office, int64_t delay_ms) {
	pthread_mutex_lock(&office->lock);
	office->delay_ms = delay_ms;
	pthread_mutex_unlock(&office->lock);
}

static size_t count_messages(const SimOffice *office) {
	AUTO_CLEAR(StrList) list = {0};
	sim_slack_messages(office->slack, &list);
	return list.count;
}

static size_t count_changes(const SimOffice *office) { return office->changes.count; }

static bool wait_for(SimOffice *office, size_t (*count)(const SimOffice *office), size_t wanted) {
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	pthread_mutex_lock(&office->lock);
	int status = 0;
	while (count(office) < wanted && status == 0)
		status = pthread_cond_timedwait(&office->asked, &office->lock, &until);
	bool came = count(office) >= wanted;
	pthread_mutex_unlock(&office->lock);
	return came;
}

bool sim_office_wait_messages(SimOffice *office, size_t count) { return wait_for(office, count_messages, count); }
bool sim_office_wait_changes(SimOffice *office, size_t count) { return wait_for(office, count_changes, count); }

SimSlack *sim_office_lock(SimOffice *office) {
	pthread_mutex_lock(&office->lock);
	return office->slack;
}

SimTrello *sim_office_lock_trello(SimOffice *office) {
	pthread_mutex_lock(&office->lock);
	return office->trello;
}

void sim_office_unlock(SimOffice *office) { pthread_mutex_unlock(&office->lock); }

void sim_office_changes(SimOffice *office, StrList *ret_changes) {
	pthread_mutex_lock(&office->lock);
	for (size_t i = 0; i < office->changes.count; i++)
		strlist_add(ret_changes, office->changes.items[i]);
	pthread_mutex_unlock(&office->lock);
}
