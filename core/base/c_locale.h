/* c_locale.h: the "C" locale, for the two places where the C library would otherwise read or write a decimal comma.
 * Used inside base only. */
#pragma once
#include <locale.h>

locale_t c_locale(void); /* made on first use, lives as long as the process */
