#ifndef CHANNELS_MESSAGE_H
#define CHANNELS_MESSAGE_H

#include "core/buf.h"
#include "channels/channel.h"

/*
 * The letter as an Internet message (RFC 5322, 2045, 2047), lines ended by
 * CR LF. Nothing of the letter can start a header field of its own.
 */
void message_write(struct buf *, const struct letter *);

#endif
