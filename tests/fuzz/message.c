/* services/http/message.c: whatever comes over the wire. */
#include "fuzz.h"

#include "http/message.h"

#define BODY_MAX 4096

static int
within(const char *p, const char *text, size_t n)
{
	return (p >= text && p < text + n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct message m, again;
	char *text = exact(data, n), *cut;
	long head, k;
	int i;

	head = message_parse(&m, text, n, BODY_MAX);
	must(head <= (long)n);
	must(head >= 0 || (head >= -599 && head <= -400));
	if (head > 0) {
		must(head <= MESSAGE_HEAD_MAX + 2);
		must(m.method < METHOD_COUNT && m.body_len <= BODY_MAX);
		must(m.minor == 0 || m.minor == 1);
		must(within(m.path, text, (size_t)head));
		must(m.path[0] == '/' || strcmp(m.path, "*") == 0);
		must(strchr(m.path, '?') == NULL);
		must(m.query == NULL || within(m.query, text, (size_t)head));
		must(m.minor == 0 || m.fields[HEADER_HOST] != NULL);
		must(m.fields[HEADER_TRANSFER_ENCODING] == NULL);
		for (i = 0; i < HEADER_COUNT; i++) {
			if (m.fields[i] == NULL)
				continue;
			must(m.joined[i] != NULL ||
			    within(m.fields[i], text, (size_t)head));
			must(strpbrk(m.fields[i], "\r\n") == NULL);
		}
		/* what follows is not looked at, and no part of it is a head */
		cut = exact(data, (size_t)head);
		must(
		    message_parse(&again, cut, (size_t)head, BODY_MAX) == head);
		message_clear(&again);
		free(cut);
		for (k = head - 1; k > 0; k = k * 2 / 3) {
			cut = exact(data, (size_t)k);
			must(message_parse(&again, cut, (size_t)k, BODY_MAX) ==
			    0);
			message_clear(&again);
			free(cut);
		}
	}
	message_clear(&m);
	free(text);
	return (0);
}
