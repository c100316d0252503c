/* figure.c: see figure.h. */
#include "figure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print(const char *what, double number, const char *unit, const char *peer, double held_against, const char *aim, double ratio,
	int met)
{
	printf("%s: %.2f %s, %s %.2f %s, ratio %.2f, aim %s, %s\n", what, number, unit, peer, held_against, unit, ratio, aim,
		met ? "met" : "NOT MET");
	fflush(stdout);
}

void figure_at_most(const char *what, double number, const char *unit, const char *peer, double held_against, double aim)
{
	char text[64];
	double ratio = held_against > 0 ? number / held_against : 0;
	snprintf(text, sizeof(text), "at most %.2f", aim);
	print(what, number, unit, peer, held_against, text, ratio, held_against > 0 && ratio <= aim);
}

void figure_at_least(const char *what, double number, const char *unit, const char *peer, double held_against, double aim)
{
	char text[64];
	double ratio = held_against > 0 ? number / held_against : 0;
	snprintf(text, sizeof(text), "at least %.2f", aim);
	print(what, number, unit, peer, held_against, text, ratio, ratio >= aim);
}

void figure_note(const char *what, double number, const char *unit)
{
	printf("%s: %.2f %s\n", what, number, unit);
	fflush(stdout);
}

double figure_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec * 1000 + (double) now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;
	return (x > y) - (x < y);
}

double figure_share(double *values, size_t count, double share)
{
	if (!count)
		return -1;
	qsort(values, count, sizeof(*values), compare);
	size_t at = (size_t) (share * (double) count);
	return values[at < count ? at : count - 1];
}

double figure_cpu_ms(pid_t pid)
{
	clockid_t clock;
	struct timespec used;
	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) < 0)
		return -1;
	return (double) used.tv_sec * 1000 + (double) used.tv_nsec / 1e6;
}

double figure_memory_kib(pid_t pid, const char *field)
{
	char path[64], line[256];
	double kib = -1;
	snprintf(path, sizeof(path), "/proc/%d/status", (int) pid);
	FILE *status = fopen(path, "re");
	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, field, strlen(field)) == 0 && line[strlen(field)] == ':')
			kib = strtod(line + strlen(field) + 1, NULL);
	if (status)
		fclose(status);
	return kib;
}
