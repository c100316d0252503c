/* startup.c: from exec to the first complete screen on a pty, of any terminal program: `startup RUNS -- PROGRAM ARG...`.
 * The screen is complete at the last byte of the first burst of output: the last byte that is followed by silence. Prints the median, the
 * least and the most in ms. The same rule for every program, so that a ratio of two of them means something. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SILENCE_MS 150
#define GIVE_UP_MS 5000
#define RUNS_MAX 100

static double now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec * 1000 + (double) now.tv_nsec / 1e6;
}

/* Answers the questions that programs ask of terminals at start (what are you, where is the cursor), as a terminal would. */
static void answer(int fd, const char *bytes, size_t len)
{
	if (memmem(bytes, len, "\033[c", 3) && write(fd, "\033[?62;22c", 9) < 0)
		return;
	if (memmem(bytes, len, "\033[6n", 4) && write(fd, "\033[1;1R", 6) < 0)
		return;
}

static double run_once(char *const argv[])
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int fd;
	double begun = now_ms(), last = -1;
	pid_t child = forkpty(&fd, NULL, NULL, &size);
	if (child < 0)
		return -1;
	if (child == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	while (now_ms() - begun < GIVE_UP_MS) {
		struct pollfd wanted = { .fd = fd, .events = POLLIN };
		char block[65536];
		int ready = poll(&wanted, 1, last < 0 ? GIVE_UP_MS : SILENCE_MS);
		if (ready == 0)
			break;
		ssize_t got = ready > 0 ? read(fd, block, sizeof(block)) : -1;
		if (got <= 0 && errno != EINTR)
			break;
		if (got > 0) {
			last = now_ms();
			answer(fd, block, (size_t) got);
		}
	}
	kill(child, SIGTERM);
	close(fd);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	return last < 0 ? -1 : last - begun;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;
	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	double times[RUNS_MAX];
	long runs = argc > 3 ? strtol(argv[1], NULL, 10) : 0;
	if (runs < 1 || runs > RUNS_MAX || strcmp(argv[2], "--") != 0) {
		fprintf(stderr, "usage: startup RUNS -- PROGRAM [ARG ...]\n");
		return 2;
	}
	setenv("TERM", "xterm-256color", 1);
	for (long i = 0; i < runs; i++) {
		times[i] = run_once(argv + 3);
		if (times[i] < 0) {
			fprintf(stderr, "startup: %s drew nothing\n", argv[3]);
			return 1;
		}
	}
	qsort(times, (size_t) runs, sizeof(times[0]), compare);
	printf("%.1f %.1f %.1f\n", times[runs / 2], times[0], times[runs - 1]);
	return 0;
}
