#include "digest.h"

#include <stdint.h>
#include <string.h>

bool digest_is_valid(const char *text)
{
	const size_t prefix = strlen(DIGEST_PREFIX);

	return text && strncmp(text, DIGEST_PREFIX, prefix) == 0 &&
		strlen(text) == prefix + DIGEST_HEX &&
		strspn(text + prefix, "0123456789abcdef") == DIGEST_HEX;
}

const char *digest_hex(const struct digest *digest)
{
	return digest->text + strlen(DIGEST_PREFIX);
}

bool digest_is_same(const struct digest *one, const struct digest *other)
{
	return strcmp(one->text, other->text) == 0;
}

struct digest digest_finish(struct sha256_ctx *hash)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[SHA256_DIGEST_SIZE];
	struct digest digest = { DIGEST_PREFIX };
	char *end = digest.text + strlen(DIGEST_PREFIX);

	sha256_digest(hash, sizeof(bytes), bytes);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		*end++ = digits[bytes[i] >> 4];
		*end++ = digits[bytes[i] & 15];
	}
	return digest;
}

struct digest digest_of(const void *bytes, size_t size)
{
	struct sha256_ctx hash;

	sha256_init(&hash);
	sha256_update(&hash, size, bytes);
	return digest_finish(&hash);
}
