/* overlay_net.h: a network of one test alone, in which addresses of the overlay (400::/7) can be had: a network namespace with its own loopback. Nothing
 * of it is seen outside, and nothing outside is reached; it goes with the last process in it. */
#pragma once
#include <stdbool.h>

/* Moves the test, and what it starts from now on, there. False: this machine lets nobody do that, and *ret_why says what was refused (static text). */
bool overlay_net_enter(const char **ret_why);
/* The same, or the test is skipped and says why. */
void overlay_net_need(void);
/* This machine has the address from now on. */
void overlay_net_address(const char *address);
/* What is sent to these 64 bits and all that follow goes, and nothing ever comes back. A descriptor to close: the hole ends then. -1: not possible here. */
int overlay_net_hole(const char *network);
/* An address and a port that take connections and say nothing. A descriptor to close. */
int overlay_net_silent(const char *address, int port);

/* Passes on what comes to `address` and `port` to `to_port` of 127.0.0.1 and back, each piece held back by `delay_ms`: a long way. */
typedef struct SlowRelay SlowRelay;
SlowRelay *slow_relay_start(const char *address, int port, int to_port, int delay_ms);
SlowRelay *slow_relay_free(SlowRelay *relay);   /* NULL ok; returns NULL */
