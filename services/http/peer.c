/* Trusted proxies; see peer.h. IPv4 is kept as IPv6 does (::ffff:a.b.c.d), so
 * that there is one kind of address to compare. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/peer.h"

#define TRUSTED_MAX 32
#define MAPPED 96 /* bits in front of an IPv4 address */

struct network {
	unsigned char bytes[16];
	int bits;
};
static struct network trusted[TRUSTED_MAX];
static int ntrusted;

static int network_parse(const char *, size_t, struct network *);
static int is_trusted(const struct network *);
static const char *last_of(const char *, size_t *);

int
peer_trust(const char *proxies)
{
	size_t n;

	ntrusted = 0;
	for (proxies += strspn(proxies, " "); *proxies != '\0';
	     proxies += n + strspn(proxies + n, " ")) {
		n = strcspn(proxies, " ");
		if (ntrusted == TRUSTED_MAX ||
		    network_parse(proxies, n, &trusted[ntrusted]) == -1) {
			ntrusted = 0;
			return (-1);
		}
		ntrusted++;
	}
	return (0);
}

void
peer_name(char out[static PEER_LEN], const char *address, const char *forwarded)
{
	struct network at;
	const char *hop = address;
	size_t n = strlen(address), left;

	left = forwarded != NULL ? strlen(forwarded) : 0;
	snprintf(out, PEER_LEN, "%s", address);
	while (ntrusted > 0 && network_parse(hop, n, &at) == 0 &&
	    is_trusted(&at) && left > 0) {
		hop = last_of(forwarded, &left);
		n = strcspn(hop, ", \t");
		if (network_parse(hop, n, &at) == -1 || memchr(hop, '/', n))
			return; /* no address: so far the word was good */
		snprintf(out, PEER_LEN, "%.*s", (int)n, hop);
	}
}

/* "address" or "address/bits". */
static int
network_parse(const char *text, size_t n, struct network *net)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char copy[PEER_LEN], *slash, *end;
	int most = 128;

	if (n >= sizeof(copy))
		return (-1);
	memcpy(copy, text, n);
	copy[n] = '\0';
	if ((slash = strchr(copy, '/')) != NULL)
		*slash++ = '\0';
	if (inet_pton(AF_INET6, copy, net->bytes) != 1) {
		memcpy(net->bytes, mapped, sizeof(mapped));
		if (inet_pton(AF_INET, copy, net->bytes + 12) != 1)
			return (-1);
		most = 32;
	}
	net->bits = most;
	if (slash != NULL) {
		net->bits = (int)strtol(slash, &end, 10);
		if (end == slash || *end != '\0' || net->bits < 0 ||
		    net->bits > most)
			return (-1);
	}
	net->bits += most == 32 ? MAPPED : 0;
	return (0);
}

static int
is_trusted(const struct network *at)
{
	const struct network *t;
	int i, whole, rest;

	for (i = 0; i < ntrusted; i++) {
		t = &trusted[i];
		whole = t->bits / 8;
		rest = t->bits % 8;
		if (memcmp(t->bytes, at->bytes, (size_t)whole) == 0 &&
		    (rest == 0 ||
		        (t->bytes[whole] ^ at->bytes[whole]) >> (8 - rest) ==
		            0))
			return (1);
	}
	return (0);
}

/* The last element of a list's first left bytes, which then end before it. */
static const char *
last_of(const char *list, size_t *left)
{
	size_t i = *left;

	while (i > 0 && list[i - 1] != ',')
		i--;
	*left = i > 0 ? i - 1 : 0;
	return (list + i + strspn(list + i, " \t"));
}
