/* program_shared.h: connections that the ssh program keeps between commands (ControlMaster, ControlPersist of ssh_config(5)): the handshake and the way through
 * jump hosts are paid for once. Only for commands that change nothing. Used by program.c. */
#pragma once
#include "core/transport/ssh/ssh.h"

/* Where the connection to this target is kept, in target->shared; NULL: none is, or the path would be too long for a socket. The name changes with
 * everything that decides about the connection, the files of known host keys included: after such a change a new one is made, and checked. Owned. */
char *ssh_shared_socket(const SshTarget *target);
/* Over the connection at target->kept, or so that it is kept there. */
void ssh_shared_options(const SshTarget *target, StrList *argv);
/* Ends the connection that is kept there, dead or alive. */
void ssh_shared_end(const char *socket);

/* A new folder of this user alone, for target->shared; NULL: there is no place for one. Owned. */
char *ssh_shared_begin(void);
/* Ends all connections that are kept there and removes the folder. Those that do not end within `deadline_ms` end by themselves, shared_s later. NULL ok. */
void ssh_shared_end_all(const char *folder, int64_t deadline_ms);
