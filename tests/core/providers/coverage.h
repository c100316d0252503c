/* coverage.h: where each item of a guide is in what ships: a text that must stand in a file. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct CoverageItem { const char *id, *what, *file, *text; } CoverageItem;

/* Each text stands in playbooks/FOLDER/FILE, any number of blanks and line ends as one blank. */
void coverage_expect(const char *folder, const CoverageItem *items, size_t count);
bool coverage_has(const CoverageItem *items, size_t count, const char *id);
