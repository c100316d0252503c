/* sim_school.h: what people meet of the pretended cluster over HTTP: the LMS and the Studio of the school, and the daemon of the overlay as this
 * machine has one. */
#pragma once
#include "core/sandbox/sim_cluster.h"
#include "core/sandbox/sim_message.h"

/* "/" and below is the LMS, "/studio" the Studio; each with a /heartbeat. */
void sim_school_handle(const SimCluster *cluster, const SimRequest *request, SimReply *reply);
/* The HTTP API of Mycelium: its peers and the routes it has chosen. */
void sim_overlay_handle(const SimCluster *cluster, const SimRequest *request, SimReply *reply);
