/* verify.h: a verification under way: verify*.c only. */
#pragma once
#include "core/providers/backup/backup.h"

/* A file's MD5 as the script takes it. */
typedef struct FileSum { char md5[33]; char *name; } FileSum;

typedef struct Verify {
	const Call *call;
	const char *path, *told_as;
	VerifyReport *report;
	const char *file;             /* that is read now */
	int64_t total;
	bool has_manifest;
	char checksum[33];            /* of the manifest; "" = it has none */
	FileSum *sums;
	size_t sum_count, sum_capacity;
} Verify;

void verify_wrong(Verify *verify, const char *path, const Error *err);
BG_CHECK bool verify_manifest(Verify *verify, const char *path, Error *err);
BG_CHECK bool verify_add_sum(Verify *verify, const char *path, Error *err);
void verify_compare_sums(Verify *verify);
void verify_sums_clear(Verify *verify);
