/* What Swift sees of the C library; its wrapper target is the only importer. */
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

/* A parameter keeps the pointer to its own name. Swift would pass a copy that is gone after the
 * call; here the name is a constant of C. libcrypto only reads the values. */
static inline OSSL_PARAM gatereeve_digest_parameter(const char *name) {
    return OSSL_PARAM_construct_utf8_string(OSSL_ALG_PARAM_DIGEST, (char *)name, 0);
}
static inline OSSL_PARAM gatereeve_key_parameter(const void *key, size_t length) {
    return OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, length);
}
static inline OSSL_PARAM gatereeve_info_parameter(const void *info, size_t length) {
    return OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, length);
}
