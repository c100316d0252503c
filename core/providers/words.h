/* words.h: numbers as people read them. */
#pragma once
#include <stdint.h>

#define WORDS_SIZE 32

const char *words_size(int64_t bytes, char text[static WORDS_SIZE]);    /* "2.4 GiB" */
const char *words_count(int64_t count, char text[static WORDS_SIZE]);   /* "41,882" */
