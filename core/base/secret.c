/* secret.c: one allocation of whole pages per secret: locked into memory where the limit allows it, left out of core
 * dumps, wiped before it goes back. */
#include "core/base/secret.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/alloc.h"

#define HIDE_MIN 6

struct Secret {
	char *bytes;     /* its own pages; NUL after the last byte */
	size_t len;
	size_t mapped;   /* bytes of the mapping */
	char *origin;
};

Secret *secret_new(Str bytes, const char *origin)
{
	size_t page = (size_t) sysconf(_SC_PAGESIZE);
	BG_ASSERT(bytes.len < SIZE_MAX - page);
	size_t mapped = (bytes.len / page + 1) * page;
	char *pages = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	BG_ASSERT(pages != MAP_FAILED);
	/* Without the right to lock memory the secret may be swapped out: worse, but no reason not to act. */
	(void) mlock(pages, mapped);
	(void) madvise(pages, mapped, MADV_DONTDUMP);
	if (bytes.len)
		memcpy(pages, bytes.ptr, bytes.len);
	Secret *secret = bg_calloc(1, sizeof *secret);
	*secret = (Secret) { .bytes = pages, .len = bytes.len, .mapped = mapped, .origin = bg_strdup(origin) };
	return secret;
}

const char *secret_reveal(const Secret *secret)
{
	return secret ? secret->bytes : NULL;
}

size_t secret_len(const Secret *secret)
{
	return secret ? secret->len : 0;
}

const char *secret_origin(const Secret *secret)
{
	return secret ? secret->origin : "";
}

Secret *secret_free(Secret *secret)
{
	if (secret) {
		secret_wipe(secret->bytes, secret->mapped);
		(void) munmap(secret->bytes, secret->mapped);
		free(secret->origin);
		free(secret);
	}
	return NULL;
}

void secret_hide(const Secret *secret, char *bytes, size_t len)
{
	if (!secret || secret->len < HIDE_MIN)
		return;
	for (char *at = bytes, *end = bytes + len; at && (at = memmem(at, (size_t) (end - at), secret->bytes, secret->len)); at += secret->len)
		memset(at, '*', secret->len);
}

void secret_wipe(void *bytes, size_t len)
{
	if (bytes && len)
		OPENSSL_cleanse(bytes, len);
}

void secret_harden_process(void)
{
	/* Both can only fail where the system forbids to be stricter; the process goes on as it was. */
	(void) setrlimit(RLIMIT_CORE, &(struct rlimit) { 0, 0 });
#ifndef __SANITIZE_ADDRESS__
	/* The leak checker has to trace its own process. */
	(void) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}
