/* mycelium.h: the Mycelium daemon of this machine, asked for its peers and routes. The facts are from its source (threefoldtech/mycelium:
 * mycelium-api/src/lib.rs and rpc.rs for both APIs, mycelium/src/connection.rs for what a next hop is called, peer_manager.rs for the peers).
 * It knows the overlay from here: a peer is a direct neighbour in the underlay, a route is looked up when the first packet wants it, so that
 * a route which is missing does not mean that a machine is down. */
#pragma once
#include "core/base/buf.h"
#include "core/providers/provider.h"

extern const Provider MYCELIUM_PROVIDER;

#define OVERLAY_MAX_PEERS 4096
#define OVERLAY_MAX_ROUTES 65536

typedef struct OverlayPeer {
	char endpoint[96];           /* "tcp://192.0.2.6:9651" */
	char kind[24];               /* "static", "inbound", "linkLocalDiscovery" */
	char state[16];              /* "alive", "connecting", "dead" */
} OverlayPeer;

typedef struct OverlayRoute {
	unsigned char subnet[16];
	int prefix;                  /* bits of it that count */
	int metric;                  /* -1 = infinite */
	char hop[96];                /* the other end of the next hop, as the peer's socket address: "192.0.2.6:9651" */
} OverlayRoute;

/* What the daemon told, or why it told nothing. Routes are sorted by their subnet. */
typedef struct Overlay {
	Error problem;
	OverlayPeer *peers;
	size_t peer_count;
	OverlayRoute *routes;
	size_t route_count;
} Overlay;

void overlay_clear(Overlay *overlay);
BG_DEFINE_CLEARP(Overlay, overlay_clear)

/* From the arrays that both APIs give. False: `json` is not what the daemon says; `why` in words then. */
BG_CHECK bool overlay_peers_from_json(const Json *json, Overlay *overlay, const char **ret_why);
BG_CHECK bool overlay_routes_from_json(const Json *json, Overlay *overlay, const char **ret_why);
/* Asks the daemon of call->system, within the call's deadline. False: ret->problem says why. */
bool overlay_read(const Call *call, Overlay *ret);

/* 400::/7: the overlay's addresses. */
bool overlay_has_address(const char *address);
/* The route to an address; NULL if there is none. */
const OverlayRoute *overlay_route(const Overlay *overlay, const char *address);
/* The peer at a socket address ("192.0.2.6:9651"); NULL if there is none. */
const OverlayPeer *overlay_peer(const Overlay *overlay, const char *socket_address);
size_t overlay_alive(const Overlay *overlay);

/* Why a machine at an overlay address cannot be reached, as far as the daemon knows. `hop`: the next hop of the last route to it that was seen, or "". `lan`:
 * its address in the local network, or "": a peer there is the machine itself. `brief` fits a row of a list, `whole` is a sentence. Appends. True: that
 * is why; false: only how it stands, and the machine itself may be down. */
bool overlay_explain(const Overlay *overlay, const char *name, const char *address, const char *lan, const char *hop, Buf *brief, Buf *whole);
