#ifndef CORE_UUID_H
#define CORE_UUID_H

#include <stddef.h>

#define UUID_LEN 36 /* as text, without the NUL */

/* A new UUID version 7 (RFC 9562): sorts by time, rises within a process. */
void uuid_new(char out[static UUID_LEN + 1]);

/* Is this text (n bytes) a UUID in the canonical form, lower case? */
int uuid_valid(const char *s, size_t n);

/* The 16 bytes of a valid text, and back. */
void uuid_bytes(const char *s, unsigned char out[static 16]);
void uuid_text(const unsigned char in[static 16],
    char out[static UUID_LEN + 1]);

#endif
