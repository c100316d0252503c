/* library.h: shared libraries that are loaded when they are first needed. They are never unloaded: some register exit handlers. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/attributes.h"

#define LIBRARY_WHY_SIZE 160

/* The first of `names` that is there; NULL: none is, and `ret_why` tells what the loader said of the first. */
void *library_open(const char *const names[], size_t count, char ret_why[static LIBRARY_WHY_SIZE]);
/* `ret_function` points to a function pointer of the right type. False: the library lacks it, and `ret_why` says so. */
BG_CHECK bool library_function(void *library, const char *name, void *ret_function, char ret_why[static LIBRARY_WHY_SIZE]);
