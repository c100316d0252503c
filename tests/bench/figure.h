/* figure.h: what a measurement prints: one line a figure, with what it is held against in the same run. Nothing here fails a program because
 * a figure is not what was aimed at. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* "what: NUMBER UNIT, PEER NUMBER UNIT, ratio R, aim at most A, met". The ratio is number / held_against. A peer may be a limit. */
void figure_at_most(const char *what, double number, const char *unit, const char *peer, double held_against, double aim);
void figure_at_least(const char *what, double number, const char *unit, const char *peer, double held_against, double aim);
/* A number that nothing was aimed for: it helps to read the others. */
void figure_note(const char *what, double number, const char *unit);

/* By a clock that nobody sets. */
double figure_now_ms(void);
/* The value below which `share` (0 to 1) of them lie. Sorts. */
double figure_share(double *values, size_t count, double share);
/* CPU time that a process has used until now, in ms; negative when that cannot be told. */
double figure_cpu_ms(pid_t pid);
/* "VmRSS", "VmHWM": KiB from /proc; negative when that cannot be told. */
double figure_memory_kib(pid_t pid, const char *field);
