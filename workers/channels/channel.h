#ifndef CHANNELS_CHANNEL_H
#define CHANNELS_CHANNEL_H

#include <stddef.h>

/*
 * Ways of reaching a person. What a channel answers decides what becomes of
 * the job: OK is final, TEMPFAIL is tried again, PERMFAIL never is. A channel
 * may be asked for the same letter twice (a crash after the peer's yes); the
 * letter's id goes along, so that a peer can tell.
 */
enum sent { SENT_OK, SENT_TEMPFAIL, SENT_PERMFAIL };

struct letter {
	const char *id; /* of the delivery: Message-ID */
	const char *to; /* address */
	const char *to_name;
	const char *subject; /* UTF-8 */
	const char *body;    /* UTF-8, lines ended by \n */
	const char *trace;   /* traceparent, or "" */
	const char *at;      /* RFC 3339: when it was decided */
};

struct channel {
	const char *name;
	/* said gets the peer's words, ended by NUL */
	enum sent (*send)(const struct letter *, char *said, size_t);
};

/* The way mail goes: SMTP when a server is set, else Maildir files. */
const struct channel *channel_mail(void);

extern const struct channel channel_smtp;
extern const struct channel channel_maildir;

#endif
