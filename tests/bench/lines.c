/* lines.c: prints lines at a steady rate, as a chatty command does: `lines PER_SECOND SECONDS`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SLICES 100   /* a second */

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	long rate = strtol(argv[1], NULL, 10), slices = strtol(argv[2], NULL, 10) * SLICES, number = 0;
	struct timespec next;
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (long slice = 0; slice < slices; slice++) {
		for (long i = 0; i < rate / SLICES; i++)
			printf("copied %08ld courses/18-06-linear-algebra/resources/lecture-%05ld/index.html: %ld bytes, ok\n", number, number % 100000,
				number * 17 % 65536), number++;
		fflush(stdout);
		next.tv_nsec += 1000000000 / SLICES;
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) == EINTR)
			continue;
	}
	return 0;
}
