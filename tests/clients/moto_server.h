/* moto_server.h: moto, which others wrote to stand in for Amazon, on a free loopback port with its state in memory: S3, IAM and S3 Control at one address.
 * It checks no signatures. One server a test program, ended with it. */
#pragma once

/* From the hooks of Criterion before and after all tests. */
void moto_start(void);
void moto_stop(void);
/* "http://127.0.0.1:PORT", borrowed. Skips the test, with the reason, where there is no moto; fails it where it did not start. */
const char *moto_url(void);
