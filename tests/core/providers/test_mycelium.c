/* The Mycelium daemon, as tables, and as a loopback server that answers as the daemon's own source says: mycelium-api/src/lib.rs for the HTTP API, rpc.rs and
 * the JSON-RPC 2.0 of jsonrpsee for the other, connection.rs for the words of a next hop, peer_manager.rs for the peers. */
#include "core/base/alloc.h"
#include "core/providers/mycelium/mycelium.h"
#include "fixture.h"

#define PEER(socket, type, state) "{\"endpoint\":{\"proto\":\"tcp\",\"socketAddr\":\"" socket "\"},\"type\":\"" type "\",\"connectionState\":\"" state "\"," \
	"\"txBytes\":1024,\"rxBytes\":2048,\"discovered\":12,\"lastConnected\":null}"
#define ROUTE(subnet, hop, metric) "{\"subnet\":\"" subnet "\",\"nextHop\":\"" hop "\",\"metric\":" metric ",\"seqno\":1}"
#define PEERS "[" PEER("192.0.2.6:9651", "static", "alive") "," PEER("192.168.1.13:9651", "linkLocalDiscovery", "dead") "]"
#define ROUTES "[" ROUTE("4a1:b2:0:11::/64", "TCP 203.0.113.2:60128 <-> 192.0.2.6:9651", "13") "," \
	ROUTE("4a1:b2:0:12::/64", "QUIC -> 192.168.1.13:9651", "\"infinite\"") "," \
	ROUTE("4a1:b2:0:14::/64", "TCP 192.168.1.2:60129 <-> 192.168.1.13:9651", "4") "]"

/* ---- explaining ---- */

static Overlay overlay_of(const char *peers, const char *routes) {
	Overlay overlay = {0};
	AUTO(Json) *peer_list = NULL;
	AUTO(Json) *route_list = NULL;
	const char *why = NULL;
	cr_assert(json_parse(str_from(peers), &peer_list, NULL) && json_parse(str_from(routes), &route_list, NULL));
	cr_assert(overlay_peers_from_json(peer_list, &overlay, &why) && overlay_routes_from_json(route_list, &overlay, &why), "%s", why);
	return overlay;
}

static const struct { const char *name, *peers, *routes, *address, *lan, *hop, *brief, *whole; } cases[] = {
	{"a route over a living peer", PEERS, ROUTES, "4a1:b2:0:11::1", "", "", "route there",
		"the overlay has a route to node, over the living peer tcp://192.0.2.6:9651: the machine itself, or the last way to it, does not answer"},
	{"a route without an end over a dead peer", PEERS, ROUTES, "4a1:b2:0:12::1", "", "", "no route, peer dead",
		"no route to node, its peer tcp://192.168.1.13:9651 is dead"},
	{"a route that goes over a dead peer still", PEERS, ROUTES, "4a1:b2:0:14::1", "", "", "peer dead",
		"the route to node goes over the peer tcp://192.168.1.13:9651, which is dead"},
	{"no route now, one that was seen before", PEERS, "[]", "4a1:b2:0:13::1", "", "192.168.1.13:9651", "no route, peer dead",
		"no route to node, its peer tcp://192.168.1.13:9651 is dead"},
	{"no route, and it is a neighbour", PEERS, "[]", "4a1:b2:0:13::1", "192.168.1.13", "", "no route, peer dead",
		"no route to node, its peer tcp://192.168.1.13:9651 is dead"},
	{"a missing route alone", PEERS, ROUTES, "4a1:b2:0:13::1", "", "", "no route",
		"the overlay has no route to node now, which alone does not mean that it is down"},
	{"the address begins as another's", PEERS, ROUTES, "4a1:b2:0:1::1", "192.168.1.1", "", "no route", "the overlay has no route to node now"},
	{"all peers are gone", "[" PEER("192.0.2.6:9651", "static", "connecting") "]", "[]", "4a1:b2:0:11::1", "", "", "overlay cut off here",
		"no peer of the Mycelium daemon of this machine is alive, of 1"},
	{"it has none", "[]", "[]", "4a1:b2:0:11::1", "", "", "overlay cut off here", "the Mycelium daemon of this machine has no peer"},
	{"a neighbour by IPv6", "[" PEER("[fd00::13]:9651", "static", "dead") "," PEER("192.0.2.6:9651", "static", "alive") "]", "[]", "4a1:b2:0:13::1", "fd00::13", "",
		"no route, peer dead", "its peer tcp://[fd00::13]:9651 is dead"},
};

Test(mycelium, an_address_is_explained_by_peers_and_routes) {
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Overlay) overlay = overlay_of(cases[i].peers, cases[i].routes);
		AUTO_CLEAR(Buf) brief = {0};
		AUTO_CLEAR(Buf) whole = {0};
		bool cause = overlay_explain(&overlay, "node", cases[i].address, cases[i].lan, cases[i].hop, &brief, &whole);
		assert_text(cases[i].name, buf_text(&brief), cases[i].brief);
		cr_expect(cause == !(text_eq(cases[i].brief, "no route") || text_eq(cases[i].brief, "route there")), "%s", cases[i].name);
		cr_expect(strstr(buf_text(&whole), cases[i].whole), "%s: %s", cases[i].name, buf_text(&whole));
	}
}

Test(mycelium, the_range_of_the_overlay) {
	cr_expect(overlay_has_address("400::1") && overlay_has_address("5ff:ffff::1"));
	cr_expect(!overlay_has_address("600::1") && !overlay_has_address("3ff::1") && !overlay_has_address("fd00::1") && !overlay_has_address("4.0.0.1"));
	cr_expect(!overlay_has_address("node1"));
}

static const struct { const char *name, *json; bool peers; } wrong[] = {
	{"no array", "{}", true}, {"null", "null", true}, {"peer is a number", "[1]", true}, {"no state", "[{\"endpoint\":{\"proto\":\"tcp\",\"socketAddr\":\"x\"}}]", true},
	{"no endpoint", "[{\"connectionState\":\"alive\"}]", true}, {"no array of routes", "{}", false},
	{"no prefix", "[{\"subnet\":\"400::\",\"nextHop\":\"x\",\"metric\":1}]", false},
	{"a prefix too long", "[{\"subnet\":\"400::/129\",\"nextHop\":\"x\",\"metric\":1}]", false},
	{"IPv4", "[{\"subnet\":\"10.0.0.0/8\",\"nextHop\":\"x\",\"metric\":1}]", false},
	{"a metric that is no number", "[{\"subnet\":\"400::/64\",\"nextHop\":\"x\",\"metric\":\"far\"}]", false},
	{"a metric below 0", "[{\"subnet\":\"400::/64\",\"nextHop\":\"x\",\"metric\":-1}]", false},
	{"no next hop", "[{\"subnet\":\"400::/64\",\"metric\":1}]", false},
};

Test(mycelium, what_is_no_answer_of_the_daemon_is_refused_whole) {
	for (size_t i = 0; i < BG_LENGTH(wrong); i++) {
		AUTO_CLEAR(Overlay) overlay = overlay_of(PEERS, ROUTES);
		AUTO(Json) *json = NULL;
		const char *why = NULL;
		cr_assert(json_parse(str_from(wrong[i].json), &json, NULL));
		cr_expect(!(wrong[i].peers ? overlay_peers_from_json(json, &overlay, &why) : overlay_routes_from_json(json, &overlay, &why)) && *why, "%s", wrong[i].name);
		cr_expect(overlay.peer_count == 2 && overlay.route_count == 3, "%s: what was known is kept", wrong[i].name);
	}
}

Test(mycelium, a_route_is_found_among_many) {
	AUTO_CLEAR(Buf) text = {0};
	for (int i = 0; i < 4000; i++)
		buf_printf(&text, "%s{\"subnet\":\"4a1:%x::/64\",\"nextHop\":\"QUIC -> 192.0.2.%d:9651\",\"metric\":%d,\"seqno\":1}", i ? "," : "[", (unsigned) (4000 - i), i % 250, i);
	buf_puts(&text, "]");
	AUTO_CLEAR(Overlay) overlay = overlay_of("[]", buf_text(&text));
	for (int i = 1; i <= 4000; i++) {
		AUTO_FREE char *inside = bg_asprintf("4a1:%x::77", (unsigned) i), *outside = bg_asprintf("4a1:%x:0:1::77", (unsigned) i);
		const OverlayRoute *route = overlay_route(&overlay, inside);
		cr_assert(route && route->metric == 4000 - i, "%s", inside);
		cr_assert_null(overlay_route(&overlay, outside), "%s", outside);
	}
}

/* ---- the probe ---- */

static const FixtureRoute rest[] = {
	{"GET /api/v1/admin/peers", 200, "content-type: application/json\r\n", PEERS, LOOPBACK_WHOLE},
	{"GET /api/v1/admin/routes/selected", 200, "content-type: application/json\r\n", ROUTES, LOOPBACK_WHOLE}, {0}};

Test(mycelium, the_board_tells_which_peers_are_dead) {
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	fixture_begin(&fixture, "mycelium", "", rest);
	fixture_args(&fixture, NULL);
	fixture_read(&fixture, "mycelium.peers", &reading);
	cr_expect_eq(reading.state, READING_WARN);
	assert_text("text", reading.text, "1 of 2 peers alive, 2 routes");
	cr_expect(strstr(reading.reason, "tcp://192.168.1.13:9651 is dead"), "%s", reading.reason);
	cr_expect_eq(json_get_int(reading.facts, "alive", 0), 1);
}

/* As jsonrpsee answers: the id of the question, the result beside the version; a refusal with code and message. */
static void answer_rpc(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	const char *refusal = userdata;
	AUTO(Json) *question = NULL;
	buf_puts(&reply->headers, "content-type: application/json; charset=utf-8\r\n");
	cr_assert(text_eq(request->method, "POST") && text_eq(request->target, "/rpc") && json_parse(str_from(request->body), &question, NULL), "%s", request->body);
	cr_assert(text_eq(json_get_string(question, "jsonrpc"), "2.0") && json_is_array(json_get(question, "params")), "%s", request->body);
	const char *method = json_get_string_or(question, "method", "");
	if (refusal)
		buf_printf(&reply->body, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32601,\"message\":\"%s\"}}", (long long) json_get_int(question, "id", -1), refusal);
	else
		buf_printf(&reply->body, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":%s}", (long long) json_get_int(question, "id", -1),
			text_eq(method, "getPeers") ? PEERS : text_eq(method, "getSelectedRoutes") ? ROUTES : "null");
}

static void look_by_rpc(const char *refusal, Reading *ret) {
	union { const char *text; void *userdata; } given = {.text = refusal};
	AUTO(Loopback) *server = loopback_start(answer_rpc, given.userdata);
	AUTO(Environment) *environment = NULL;
	AUTO_FREE char *text = bg_asprintf("name: test\nkind: live\nsystems:\n  s: { provider: mycelium, jsonrpc: '%s' }\n", loopback_url(server));
	Error err = {0};
	assert_ok(environment_parse(str_from(text), "e.yaml", &environment, &err), &err);
	assert_ok(provider_check_environment(environment, &err), &err);
	Call call = {.environment = environment, .system = &environment->systems[0], .deadline = {mono_now().ms + 20000}};
	probe_find("mycelium.peers")->read(&call, ret);
}

Test(mycelium, the_other_api_tells_the_same) {
	AUTO_CLEAR(Reading) good = {0};
	AUTO_CLEAR(Reading) refused = {0};
	look_by_rpc(NULL, &good);
	assert_text("text", good.text, "1 of 2 peers alive, 2 routes");
	look_by_rpc("Method not found", &refused);
	cr_expect_eq(refused.state, READING_UNKNOWN);
	cr_expect(strstr(refused.text, "refuses getPeers: Method not found"), "%s", refused.text);
}

Test(mycelium, one_api_is_chosen) {
	AUTO(Environment) *environment = NULL;
	Error err = {0};
	assert_ok(environment_parse(STR("name: test\nkind: live\nsystems:\n  s: { provider: mycelium, url: 'http://127.0.0.1:1', jsonrpc: 'http://127.0.0.1:2' }\n"), "e.yaml",
		&environment, &err), &err);
	assert_refused(provider_check_environment(environment, &err), &err, ERROR_INVALID, "both url and jsonrpc");
}
