/* logins.h: the names behind uids. A look-up may ask a directory on the network, which is the last thing to wait for in an outage: names
 * of this machine are looked up in its own file first, and every answer is kept. */
#pragma once
#include <stddef.h>

#define LOGINS_KEPT 256

typedef struct Login { unsigned uid; char *name; } Login;
typedef struct Logins { Login *items; size_t count; } Logins;

/* "uid 1234" when nobody knows it. Borrowed until logins_clear(). */
const char *logins_name(Logins *logins, unsigned uid);
void logins_clear(Logins *logins);
