#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#define PEER_LEN 48 /* an address as text, and its NUL */

/*
 * The proxies whose word about a client's address is believed: addresses or
 * networks ("10.1.2.0/24", "::1") separated by blanks; "" = none. -1 if one is
 * neither; the list is then empty.
 */
int peer_trust(const char *proxies);

/*
 * Whose request it is that came from this address: the address itself, or,
 * while that is one of our proxies, whom it names last in X-Forwarded-For
 * (NULL = absent). What a client has written there itself stands further to
 * the left and is not looked at.
 */
void peer_name(char out[static PEER_LEN], const char *address,
    const char *forwarded);

#endif
