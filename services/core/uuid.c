/* UUID version 7; see uuid.h. */
#include <stdint.h>
#include <string.h>

#include <sodium.h>

#include "core/clock.h"
#include "core/uuid.h"

static int hex_value(char);

void
uuid_new(char out[static UUID_LEN + 1])
{
	static uint64_t last; /* 48 bits of ms, 12 bits of counter */
	unsigned char b[16];
	uint64_t stamp;
	int i;

	stamp = (uint64_t)clock_real_ms() << 12;
	if (stamp <= last)
		stamp = last + 1;
	last = stamp;
	randombytes_buf(b + 8, 8);
	for (i = 0; i < 6; i++)
		b[i] = (unsigned char)(stamp >> (52 - 8 * i));
	b[6] = (unsigned char)(0x70 | ((stamp >> 8) & 0x0f));
	b[7] = (unsigned char)stamp;
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	uuid_text(b, out);
}

int
uuid_valid(const char *s, size_t n)
{
	size_t i;

	if (n != UUID_LEN)
		return (0);
	for (i = 0; i < n; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s[i] != '-')
				return (0);
		} else if (hex_value(s[i]) == -1)
			return (0);
	}
	return (1);
}

void
uuid_bytes(const char *s, unsigned char out[static 16])
{
	int i;

	for (i = 0; i < 16; i++) {
		if (*s == '-')
			s++;
		out[i] = (unsigned char)(hex_value(s[0]) * 16 +
		    hex_value(s[1]));
		s += 2;
	}
}

void
uuid_text(const unsigned char in[static 16], char out[static UUID_LEN + 1])
{
	static const char hex[] = "0123456789abcdef";
	int i;

	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = hex[in[i] >> 4];
		*out++ = hex[in[i] & 15];
	}
	*out = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	if (c >= 'a' && c <= 'f')
		return (c - 'a' + 10);
	return (-1);
}
