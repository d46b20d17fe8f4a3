/* workers/channels/message.c: names and texts of people in letters. */
#include "fuzz.h"

#include "channels/message.h"
#include "core/arena.h"
#include "core/config.h"
#include "core/json.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	config_load();
	return (0);
}

/* Lines end in CR LF, hold ASCII, and fields are those we write. */
static void
check(const char *p)
{
	static const char *const names[] = { "From: ", "To: ", "Subject: ",
		"Date: ", "Message-ID: ", "Traceparent: ", "Auto-Submitted: ",
		"MIME-Version: ", "Content-Type: ",
		"Content-Transfer-Encoding: ", "Content-Language: ", " " };
	const char *end;
	int header = 1;
	size_t i;

	for (; *p != '\0'; p = end + 2) {
		end = strstr(p, "\r\n");
		must(end != NULL && end - p <= 998);
		if (end == p && header) {
			header = 0;
			continue;
		}
		for (i = 0; header && i < sizeof(names) / sizeof(names[0]); i++)
			if (strncmp(p, names[i], strlen(names[i])) == 0)
				break;
		must(!header || i < sizeof(names) / sizeof(names[0]));
		for (; p < end; p++)
			must(*p >= 0x20 && *p < 0x7f);
	}
	must(!header);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct letter l = { .id = "01890a5d-ac96-774b-bcce-b302099a8057",
		.to = "a@b",
		.trace = "",
		.at = "2024-01-26T01:00:00Z" };
	const char **member[] = { &l.subject, &l.to_name, &l.body, &l.trace };
	struct arena arena;
	struct buf out;
	char *text;
	size_t i;

	if ((text = json_nfc((const char *)data, n)) == NULL)
		return (0);
	for (i = 0; i < sizeof(member) / sizeof(member[0]); i++) {
		l.subject = l.to_name = l.body = "x";
		l.trace = "";
		*member[i] = text;
		arena_init(&arena, NULL, 0);
		buf_init(&out, &arena, 64);
		message_write(&out, &l);
		check(out.data);
		arena_fini(&arena);
	}
	free(text);
	return (0);
}
