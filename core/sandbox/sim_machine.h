/* sim_machine.h: machines that can be logged in to: a real sshd, without privileges, behind a port of this machine's loopback for each, with a
 * host key and a small pretend home of its own. It admits one practice key, for the login that runs the sandbox. A machine that has no power
 * is silent: who connects waits until giving up. One that cannot be reached at a place (the overlay is gone) refuses there, as nobody listens. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"

typedef struct SimMachines SimMachines;

#define SIM_LIFE "life"          /* a pipe in the folder that is open as long as the sandbox lives */

/* Where sshd may be: it wants to be started by its whole path. */
#define SIM_SSHD_PLACES "/usr/sbin/sshd:/usr/bin/sshd:/usr/local/sbin/sshd:/sbin/sshd"

/* Makes FOLDER/machines, and the key that they admit: FOLDER/secrets/machine-key. `self` is the path of breakglass, which a login runs
 * (sim_login.h). An sshd that is at none of `places` is an error that names the package. */
BG_CHECK bool sim_machines_start(const char *folder, const char *self, const char *places, SimMachines **ret_machines, Error *err);
SimMachines *sim_machines_stop(SimMachines *machines);         /* ends all of them and the logins there; NULL ok; returns NULL */
BG_DEFINE_FREEP(SimMachines, sim_machines_stop)

/* A machine without power; its name is that of its folder. From any thread, as the following. */
BG_CHECK bool sim_machines_add(SimMachines *machines, const char *name, Error *err);
void sim_machines_power(SimMachines *machines, const char *name, bool on);
/* Whether machines can be reached at SIM_MACHINE_ADDRESS; at SIM_MACHINE_LAN they always can. */
void sim_machines_overlay(SimMachines *machines, bool is_up);

/* Where they are: an address of the overlay is played by the IPv6 loopback address (IPv4's where there is no IPv6), one of the local
 * network by another IPv4 loopback address. The port is the same at both. */
const char *sim_machines_address(const SimMachines *machines);
#define SIM_MACHINE_LAN "127.0.0.2"
unsigned sim_machines_port(SimMachines *machines, const char *name);     /* 0: there is none of that name */
/* Their host keys as lines for known_hosts. Appends. */
void sim_machines_known(SimMachines *machines, Buf *out);
