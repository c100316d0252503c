/* fleet.h: many machines that are one real sshd: each an address of loopback, 127.0.0.2 and on, by which a command there knows which one it is
 * (FLEET_CASE). */
#pragma once
#include "tests/support/sshd.h"

#define FLEET_FIRST 2
#define FLEET_LAST 9

typedef struct TestFleet {
	TempFolder folder;
	TestSshd *sshd;
	int port;
	char *nodes;                 /* the section nodes: of an environment: n2 to n9, not looked at again by themselves; lines of further ones may follow */
} TestFleet;

/* Skips the test when there is no sshd here. */
TestFleet test_fleet(void);
void test_fleet_clear(TestFleet *fleet);
BG_DEFINE_CLEARP(TestFleet, test_fleet_clear)

/* A pattern of the shell's case over $SSH_CONNECTION: FLEET_IS("3") is node n3. */
#define FLEET_CASE "case $SSH_CONNECTION in "
#define FLEET_IS(n) "*' 127.0.0." n " '*) "
