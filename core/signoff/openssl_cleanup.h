/* openssl_cleanup.h: scope cleanup for OpenSSL's own types: AUTO_OPENSSL(EVP_PKEY) *key = NULL; For this layer's own files. */
#pragma once
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#define AUTO_OPENSSL(Type) __attribute__((cleanup(Type##_scope_end))) Type
#define SCOPE_END(Type, free_function) \
	static inline void Type##_scope_end(Type **pointer) { free_function(*pointer); }
SCOPE_END(EVP_PKEY, EVP_PKEY_free)
SCOPE_END(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
SCOPE_END(EVP_MD_CTX, EVP_MD_CTX_free)
SCOPE_END(OSSL_PARAM, OSSL_PARAM_free)
SCOPE_END(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
SCOPE_END(BIGNUM, BN_clear_free)
SCOPE_END(ECDSA_SIG, ECDSA_SIG_free)
#undef SCOPE_END
