/* provider.c: mycelium.peers, and asking the daemon by either of its two APIs. */
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/providers/api.h"
#include "core/providers/mycelium/mycelium.h"
#include "core/providers/settings.h"

#define DEFAULT_URL "http://127.0.0.1:8989"
#define PATH_PEERS "/api/v1/admin/peers"
#define PATH_ROUTES "/api/v1/admin/routes/selected"
#define PATH_RPC "/rpc"

static const SettingSpec SETTINGS[] = {
	{"url", PARAM_URL, false, false, "address of the daemon's HTTP API (its --api-addr); " DEFAULT_URL " when left out"},
	{"jsonrpc", PARAM_URL, false, false, "instead of url: address of its JSON-RPC API (its --jsonrpc-addr), http://127.0.0.1:8990"},
	{"insecure", PARAM_BOOL, false, false, "true: behind TLS, its certificate is not checked"},
	{"ca-cert", PARAM_TEXT, false, false, "behind TLS: path of a PEM file with the authority of its certificate"},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	if (!settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err))
		return false;
	if (!system_setting(system, "url") || !system_setting(system, "jsonrpc"))
		return true;
	error_set(err, ERROR_INVALID, "the system %.60s has both url and jsonrpc: one of them is asked", system->name);
	error_hint(err, "take one of them out; both tell the same");
	return environment_error_at(environment, system_setting_place(system, "jsonrpc"), err);
}

/* ---- the two APIs ---- */

static bool rpc(Api *api, const char *method, Json **ret_result, Error *err) {
	AUTO_FREE char *text = bg_asprintf("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[]}", method);
	ApiBody body = {.content_type = "application/json", .bytes = str_from(text)};
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *answer = NULL;
	if (!api_do(api, "POST", PATH_RPC, &body, &response, err) || !api_json(api, PATH_RPC, &response, &answer, err))
		return false;
	const Json *refusal = json_get(answer, "error"), *result = json_get(answer, "result");
	if (json_is_object(refusal))
		return api_strange(api, PATH_RPC, err, "refuses %s: %.80s", method, json_get_string_or(refusal, "message", "it does not say why"));
	if (!text_eq(json_get_string(answer, "jsonrpc"), "2.0") || json_get_int(answer, "id", 0) != 1 || !result)
		return api_strange(api, PATH_RPC, err, "answers %s with something that is no JSON-RPC", method);
	*ret_result = json_copy(result);
	return true;
}

/* What both give is the same; only the way there differs. */
static bool ask(Api *api, bool by_rpc, const char *method, const char *path, Json **ret_json, Error *err) {
	return by_rpc ? rpc(api, method, ret_json, err) : api_get(api, path, ret_json, err);
}

static bool ask_all(Api *api, bool by_rpc, Overlay *overlay, Error *err) {
	AUTO(Json) *peers = NULL;
	AUTO(Json) *routes = NULL;
	const char *why = NULL;
	if (!ask(api, by_rpc, "getPeers", PATH_PEERS, &peers, err))
		return false;
	if (!overlay_peers_from_json(peers, overlay, &why))
		return api_strange(api, by_rpc ? PATH_RPC : PATH_PEERS, err, "%s", why);
	if (!ask(api, by_rpc, "getSelectedRoutes", PATH_ROUTES, &routes, err))
		return false;
	if (!overlay_routes_from_json(routes, overlay, &why))
		return api_strange(api, by_rpc ? PATH_RPC : PATH_ROUTES, err, "%s", why);
	return true;
}

static bool read_all(Api *api, const Call *call, Overlay *ret) {
	AUTO_CLEAR(Overlay) overlay = {0};
	const char *rpc_url = system_setting(call->system, "jsonrpc"), *url = system_setting(call->system, "url");
	overlay_clear(ret);
	if (!api_open(api, call, "Mycelium", rpc_url ? rpc_url : url ? url : DEFAULT_URL, NULL, &ret->problem)
		|| !ask_all(api, rpc_url != NULL, &overlay, &ret->problem))
		return error_hint(&ret->problem, "is the daemon running here? systemctl status mycelium");
	*ret = overlay;
	overlay = (Overlay){0};
	return true;
}

bool overlay_read(const Call *call, Overlay *ret) {
	AUTO_CLEAR(Api) api = {0};
	return read_all(&api, call, ret);
}

/* ---- the probe ---- */

static void tell_dead(const Overlay *overlay, Reading *ret) {
	AUTO_CLEAR(Buf) names = {0};
	size_t told = 0, dead = 0;
	for (size_t i = 0; i < overlay->peer_count; i++) {
		const OverlayPeer *peer = &overlay->peers[i];
		if (text_eq(peer->state, "alive"))
			continue;
		if (++dead <= 3)
			buf_printf(&names, "%s%s is %s", told++ ? ", " : "", peer->endpoint, peer->state);
	}
	reading_because(ret, "%s%s: machines behind it may be reached over others, or not at all; look at it with mycelium peers list", buf_text(&names),
		dead > told ? ", and others" : "");
}

static void tell(const Overlay *overlay, Reading *ret) {
	size_t alive = overlay_alive(overlay), reachable = 0;
	for (size_t i = 0; i < overlay->route_count; i++)
		reachable += overlay->routes[i].metric >= 0;
	reading_fact_int(ret, "peers", (int64_t) overlay->peer_count);
	reading_fact_int(ret, "alive", (int64_t) alive);
	reading_fact_int(ret, "routes", (int64_t) reachable);
	ReadingState state = !alive ? READING_FAIL : alive < overlay->peer_count ? READING_WARN : READING_OK;
	reading_set(ret, state, "%zu of %zu peers alive, %zu routes", alive, overlay->peer_count, reachable);
	if (!overlay->peer_count)
		reading_because(ret, "the overlay is cut off here: it has no peer; mycelium peers add ENDPOINT");
	else if (alive < overlay->peer_count)
		tell_dead(overlay, ret);
}

static void read_peers(const Call *call, Reading *ret) {
	AUTO_CLEAR(Overlay) overlay = {0};
	AUTO_CLEAR(Api) api = {0};
	if (read_all(&api, call, &overlay))
		tell(&overlay, ret);
	else
		reading_set_error(ret, &overlay.problem);
	api_note(&api, "the Mycelium daemon", ret);
}

static const Probe PROBES[] = {
	{.spec = {.name = "mycelium.peers", .kind = VERB_PROBE, .subject = "overlay",
			.help = "the Mycelium daemon of this machine: which of its peers are alive, and how many routes it has",
			.VERB_PARAMS(SYSTEM_PARAM),
			.VERB_FIELDS({"peers", PARAM_INT, "how many it has"}, {"alive", PARAM_INT, "how many of them are alive"},
				{"routes", PARAM_INT, "subnets that it has a route to now; others are asked for when something is sent there"})},
		.every_ms = 30000, .deadline_ms = 5000, .budget_ms = 120000, .read = read_peers},
};

const Provider MYCELIUM_PROVIDER = {.name = "mycelium", .title = "the Mycelium overlay, from this machine", .check_system = check_system, .probes = PROBES,
	.probe_count = BG_LENGTH(PROBES)};
