/* loop.c: poll() over sessions. */
#include "core/transport/ssh/loop.h"

#include <limits.h>

#include "core/base/alloc.h"

bool ssh_sessions_wait(SshSession *const *sessions, size_t count, int wake_fd, int64_t max_wait_ms) {
	AUTO_FREE struct pollfd *fds = bg_calloc(count + 1, sizeof(*fds));
	AUTO_FREE MonoTime *ends = bg_calloc(count + 1, sizeof(*ends));
	int64_t wait = max_wait_ms, now = mono_now().ms;
	for (size_t i = 0; i < count; i++) {
		int64_t own = -1;
		ssh_session_poll(sessions[i], &fds[i], &own);
		ends[i].ms = own < 0 ? INT64_MAX : now + own;
		if (own >= 0 && (wait < 0 || own < wait))
			wait = own;
	}
	fds[count] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
	(void) poll(fds, (nfds_t) count + 1, wait > INT_MAX ? INT_MAX : (int) wait);   /* interrupted: nobody's time has come, the caller asks again */
	now = mono_now().ms;
	for (size_t i = 0; i < count; i++)
		if (fds[i].revents || now >= ends[i].ms)
			ssh_session_step(sessions[i]);
	return fds[count].revents != 0;
}
