/* attributes.h: contracts that the compiler checks. */
#pragma once

#define BG_CHECK __attribute__((warn_unused_result))
#define BG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define BG_NONNULL __attribute__((nonnull))
#define BG_NORETURN __attribute__((noreturn))
#define BG_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
/* For a fallible call whose failure changes nothing: say why in a comment beside it. */
#define BG_IGNORE(call) do { if (call) { } } while (0)
