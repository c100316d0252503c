/* trial_cores.c: put into a real engine, prober or worker with LD_PRELOAD: the limit of core files stays as it was given, so that a test sees
 * whether what else the process does about them holds alone. */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As it is called with 64-bit file offsets, which is how everything here is built. */
int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit) {
	return resource == RLIMIT_CORE ? 0 : (int) syscall(SYS_prlimit64, 0, resource, limit, NULL);
}
