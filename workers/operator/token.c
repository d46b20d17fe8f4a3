/* token: an access token, for tools and trials. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/keys.h"
#include "core/token.h"
#include "operator/command.h"
#include "operator/token.h"
#include "queries.h"

int
token_command(struct worker *w, int argc, char **argv)
{
	char *text;

	if (argc != 1)
		return (complain("token USER"));
	if ((text = token_for(w, argv[0])) == NULL)
		return (complain("there is no active account \"%s\"", argv[0]));
	printf("%s\n", text);
	free(text);
	return (0);
}

char *
token_for(struct worker *w, const char *user)
{
	char who[80], session[UUID_LEN + 1], ttl[24];
	const char *v[] = { user, session, ttl };
	struct token t = { .epoch = 0 };

	keys_load(keys_dir());
	uuid_new(session);
	snprintf(ttl, sizeof(ttl), "%ld", config_number(CFG_ACCESS_TTL_S));
	if (ask(w, &q_token_open, v, who, sizeof(who)) != 1)
		return (NULL);
	memcpy(t.staff, who, UUID_LEN);
	memcpy(t.session, session, UUID_LEN);
	t.epoch = atoi(who + UUID_LEN + 1);
	t.expires = clock_real_ms() / 1000 + config_number(CFG_ACCESS_TTL_S);
	return (
	    token_sign(&t, config_text(CFG_ISSUER), config_text(CFG_AUDIENCE)));
}
