/* sim_login.h: what a login on a machine of the sandbox runs: whatever was asked for, in the pretend home of that machine, with the pretend programs
 * first. A role of breakglass, started by the machine's sshd. */
#pragma once

/* argv: FOLDER NAME. Becomes the command in SSH_ORIGINAL_COMMAND, or a shell. Its exit status when it cannot. */
int sim_login_main(int argc, char **argv);
