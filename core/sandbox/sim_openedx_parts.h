/* sim_openedx_parts.h: the inside of SimOpenedx: sim_openedx*.c only. */
#pragma once
#include "core/sandbox/sim_dns.h"
#include "core/sandbox/sim_machine.h"
#include "core/sandbox/sim_openedx.h"
#include "core/sandbox/sim_pretend.h"

struct SimOpenedx {
	char *folder, *self;
	SimWorld *world;
	SimOpenedxOwner owner;
	SimMachines *machines;
	SimPretend *pretend;
	SimDns *dns;
};

/* The files that a console and its commands find: keys, the team's checkout, backup sets, ssh that knows the machines. */
BG_CHECK bool sim_openedx_write(const SimOpenedx *openedx, Error *err);
/* Where ssh finds each machine by its name and by its address of the overlay. Again when one more is there. */
BG_CHECK bool sim_openedx_write_machines(const SimOpenedx *openedx, Error *err);
