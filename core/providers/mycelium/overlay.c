/* overlay.c: what the daemon told, read, and what it says about an address. Pure. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/mycelium/mycelium.h"

#define SUBNET_SIZE 16
#define METRIC_MAX 65535

void overlay_clear(Overlay *overlay) {
	free(overlay->peers);
	free(overlay->routes);
	*overlay = (Overlay){0};
}

/* ---- reading ---- */

/* Harmless, cut between two characters. */
static void copy(char *to, size_t size, const char *from) {
	AUTO_CLEAR(Buf) clean = {0};
	text_sanitise(str_from(from), SANITISE_LINE, &clean);
	size_t len = clean.len < size ? clean.len : size - 1;
	while (len && len < clean.len && ((unsigned char) clean.data[len] & 0xc0) == 0x80)
		len--;
	if (len)
		memcpy(to, clean.data, len);
	to[len] = 0;
}

static bool is_state(const char *state) { return text_eq(state, "alive") || text_eq(state, "connecting") || text_eq(state, "dead"); }

bool overlay_peers_from_json(const Json *json, Overlay *overlay, const char **ret_why) {
	size_t count = json_count(json);
	*ret_why = "gives no list of peers";
	if (!json_is_array(json))
		return false;
	*ret_why = "names more peers than are taken";
	if (count > OVERLAY_MAX_PEERS)
		return false;
	*ret_why = "gives a peer without an endpoint and a state that is known";
	OverlayPeer *peers = bg_calloc(count + 1, sizeof(*peers)), *next = peers;
	JSON_EACH(item, json) {
		const Json *endpoint = json_get(item, "endpoint");
		const char *protocol = json_get_string(endpoint, "proto"), *address = json_get_string(endpoint, "socketAddr");
		const char *state = json_get_string(item, "connectionState");
		if (!protocol || !address || !is_state(state)) {
			free(peers);
			return false;
		}
		AUTO_FREE char *whole = bg_asprintf("%s://%s", protocol, address);
		copy(next->endpoint, sizeof(next->endpoint), whole);
		copy(next->kind, sizeof(next->kind), json_get_string_or(item, "type", ""));
		copy(next++->state, sizeof(next->state), state);
	}
	free(overlay->peers);
	overlay->peers = peers;
	overlay->peer_count = count;
	return true;
}

/* "TCP 203.0.113.2:60128 <-> 198.51.100.27:9651", "QUIC -> 198.51.100.27:9651": what stands behind the last blank. */
static Str remote_of(const char *hop) {
	const char *blank = strrchr(hop, ' ');
	return str_from(blank ? blank + 1 : hop);
}

static void mask(unsigned char bytes[static SUBNET_SIZE], int prefix) {
	for (int bit = prefix; bit < SUBNET_SIZE * 8; bit++)
		bytes[bit / 8] &= (unsigned char) ~(0x80 >> bit % 8);
}

static bool read_subnet(const char *text, OverlayRoute *route) {
	Str rest = str_from(text), address = {0};
	int64_t prefix = 0;
	if (!str_split(&rest, '/', &address) || !rest.ptr || !str_parse_int(rest, &prefix) || prefix < 0 || prefix > SUBNET_SIZE * 8)
		return false;
	AUTO_FREE char *literal = str_dup(address);
	if (inet_pton(AF_INET6, literal, route->subnet) != 1)
		return false;
	route->prefix = (int) prefix;
	mask(route->subnet, route->prefix);
	return true;
}

/* A number, or the word "infinite". */
static bool read_metric(const Json *metric, OverlayRoute *route) {
	int64_t number = 0;
	route->metric = -1;
	if (text_eq(json_string(metric), "infinite"))
		return true;
	if (!json_int(metric, &number) || number < 0 || number > METRIC_MAX)
		return false;
	route->metric = (int) number;
	return true;
}

static int by_subnet(const void *first, const void *second) {
	const OverlayRoute *a = first, *b = second;
	int order = memcmp(a->subnet, b->subnet, SUBNET_SIZE);
	return order ? order : a->prefix - b->prefix;
}

bool overlay_routes_from_json(const Json *json, Overlay *overlay, const char **ret_why) {
	size_t count = json_count(json);
	*ret_why = "gives no list of routes";
	if (!json_is_array(json))
		return false;
	*ret_why = "names more routes than are taken";
	if (count > OVERLAY_MAX_ROUTES)
		return false;
	*ret_why = "gives a route without a subnet, a next hop and a metric";
	OverlayRoute *routes = bg_calloc(count + 1, sizeof(*routes)), *next = routes;
	JSON_EACH(item, json) {
		const char *subnet = json_get_string(item, "subnet"), *hop = json_get_string(item, "nextHop");
		if (!subnet || !hop || !read_subnet(subnet, next) || !read_metric(json_get(item, "metric"), next)) {
			free(routes);
			return false;
		}
		AUTO_FREE char *remote = str_dup(remote_of(hop));
		copy(next++->hop, sizeof(next->hop), remote);
	}
	qsort(routes, count, sizeof(*routes), by_subnet);
	free(overlay->routes);
	overlay->routes = routes;
	overlay->route_count = count;
	return true;
}

/* ---- asking it ---- */

bool overlay_has_address(const char *address) {
	unsigned char bytes[SUBNET_SIZE];
	return inet_pton(AF_INET6, address, bytes) == 1 && (bytes[0] == 0x04 || bytes[0] == 0x05);
}

/* Among the subnets that begin not behind the address, the last that holds it. Those of the overlay do not lie in one another, so that it is found at once;
 * a daemon that says otherwise costs a look at each. */
const OverlayRoute *overlay_route(const Overlay *overlay, const char *address) {
	unsigned char bytes[SUBNET_SIZE];
	if (inet_pton(AF_INET6, address, bytes) != 1)
		return NULL;
	size_t low = 0, high = overlay->route_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (memcmp(overlay->routes[middle].subnet, bytes, SUBNET_SIZE) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i > 0; i--) {
		unsigned char network[SUBNET_SIZE];
		memcpy(network, bytes, SUBNET_SIZE);
		mask(network, overlay->routes[i - 1].prefix);
		if (memcmp(network, overlay->routes[i - 1].subnet, SUBNET_SIZE) == 0)
			return &overlay->routes[i - 1];
		if (overlay->routes[i - 1].prefix == 64)
			return NULL;
	}
	return NULL;
}

/* "tcp://192.0.2.6:9651" is at "192.0.2.6:9651". */
static const char *socket_of(const OverlayPeer *peer) {
	const char *at = strstr(peer->endpoint, "://");
	return at ? at + 3 : peer->endpoint;
}

const OverlayPeer *overlay_peer(const Overlay *overlay, const char *socket_address) {
	for (size_t i = 0; *socket_address && i < overlay->peer_count; i++)
		if (text_eq(socket_of(&overlay->peers[i]), socket_address))
			return &overlay->peers[i];
	return NULL;
}

/* The machine itself, when it is a neighbour: "192.168.1.11:9651", "[fd00::11]:9651". */
static const OverlayPeer *peer_in_lan(const Overlay *overlay, const char *lan) {
	AUTO_FREE char *start = bg_asprintf(strchr(lan, ':') ? "[%s]:" : "%s:", lan);
	for (size_t i = 0; *lan && i < overlay->peer_count; i++)
		if (str_starts(str_from(socket_of(&overlay->peers[i])), start))
			return &overlay->peers[i];
	return NULL;
}

static bool is_alive(const OverlayPeer *peer) { return text_eq(peer->state, "alive"); }

size_t overlay_alive(const Overlay *overlay) {
	size_t alive = 0;
	for (size_t i = 0; i < overlay->peer_count; i++)
		alive += is_alive(&overlay->peers[i]);
	return alive;
}

/* ---- what it means ---- */

static bool tell(Buf *brief, Buf *whole, bool is_cause, const char *short_words, const char *format, ...) BG_PRINTF(5, 6);
static bool tell(Buf *brief, Buf *whole, bool is_cause, const char *short_words, const char *format, ...) {
	va_list args;
	va_start(args, format);
	buf_puts(brief, short_words);
	buf_vprintf(whole, format, args);
	va_end(args);
	return is_cause;
}

bool overlay_explain(const Overlay *overlay, const char *name, const char *address, const char *lan, const char *hop, Buf *brief, Buf *whole) {
	const OverlayRoute *route = overlay_route(overlay, address);
	const OverlayPeer *peer = overlay_peer(overlay, route ? route->hop : hop);
	bool has_route = route && route->metric >= 0;
	if (!peer)
		peer = peer_in_lan(overlay, lan);
	if (error_is_set(&overlay->problem))
		return tell(brief, whole, true, "local daemon silent", "the Mycelium daemon of this machine does not tell its routes: %s", overlay->problem.why);
	if (!overlay->peer_count)
		return tell(brief, whole, true, "overlay cut off here", "the Mycelium daemon of this machine has no peer");
	if (!overlay_alive(overlay))
		return tell(brief, whole, true, "overlay cut off here", "no peer of the Mycelium daemon of this machine is alive, of %zu", overlay->peer_count);
	if (!has_route && peer && !is_alive(peer))
		return tell(brief, whole, true, "no route, peer dead", "no route to %s, its peer %s is %s", name, peer->endpoint, peer->state);
	if (has_route && peer && !is_alive(peer))
		return tell(brief, whole, true, "peer dead", "the route to %s goes over the peer %s, which is %s", name, peer->endpoint, peer->state);
	if (!has_route)
		return tell(brief, whole, false, "no route", "the overlay has no route to %s now, which alone does not mean that it is down", name);
	return tell(brief, whole, false, "route there", "the overlay has a route to %s%s%s: the machine itself, or the last way to it, does not answer", name,
		peer ? ", over the living peer " : "", peer ? peer->endpoint : "");
}
