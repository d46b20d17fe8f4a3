/* Settings; see config.h and config.tbl. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/config.h"
#include "core/log.h"

extern char **environ;

static const struct {
	const char *name;
	enum config_type type;
	const char *def;
	int secret;
	const char *help;
} settings[CFG_COUNT] = {
#define SETTING(name, type, def, secret, help) \
	{ "CAMKET_" #name, CONFIG_##type, def, secret, help },
#include "core/config.tbl"
#undef SETTING
};

static const struct {
	long min;
	long max;
} ranges[] = {
	[CONFIG_NUMBER] = { 0, INT_MAX },
	[CONFIG_COUNT] = { 1, INT_MAX },
	[CONFIG_PORT] = { 1, 65535 },
	[CONFIG_LIFE] = { 1, 900 },
};

static char *texts[CFG_COUNT];
static long numbers[CFG_COUNT];

static long config_parse(int, const char *);
static void config_unknown(void);
static char *config_secret_file(const char *);

void
config_load(void)
{
	const char *v;
	int i;

	config_unknown();
	for (i = 0; i < CFG_COUNT; i++) {
		v = getenv(settings[i].name);
		if (v == NULL && settings[i].secret)
			v = config_secret_file(settings[i].name);
		free(texts[i]);
		texts[i] = xstrdup(v != NULL ? v : settings[i].def);
		if (settings[i].type != CONFIG_TEXT)
			numbers[i] = config_parse(i, texts[i]);
	}
	if (strcmp(config_text(CFG_ENV), "demo") != 0 && !config_production())
		fatal("CAMKET_ENV: \"%s\" is neither demo nor production",
		    config_text(CFG_ENV));
}

const char *
config_text(enum setting s)
{
	return (texts[s]);
}

long
config_number(enum setting s)
{
	return (numbers[s]);
}

int
config_production(void)
{
	return (strcmp(texts[CFG_ENV], "production") == 0);
}

long
config_processes(void)
{
	long n = config_number(CFG_API_PROCESSES);

	if (n == 0)
		n = sysconf(_SC_NPROCESSORS_ONLN) / 2;
	return (n < 1 ? 1 : n);
}

void
config_help(void)
{
	int i;

	printf("| setting | default | meaning |\n|---|---|---|\n");
	for (i = 0; i < CFG_COUNT; i++)
		printf("| `%s` | %s%s%s | %s%s |\n", settings[i].name,
		    settings[i].def[0] != '\0' ? "`" : "", settings[i].def,
		    settings[i].def[0] != '\0' ? "`" : "", settings[i].help,
		    settings[i].secret ? " (or from a file: `_FILE`)" : "");
}

static long
config_parse(int i, const char *s)
{
	long min = ranges[settings[i].type].min, n;
	long max = ranges[settings[i].type].max;

	errno = 0;
	n = strtol(s, NULL, 10);
	if (errno != 0 || *s == '\0' || s[strspn(s, "0123456789")] != '\0' ||
	    n < min || n > max)
		fatal("%s: \"%s\" is not a number of %ld to %ld",
		    settings[i].name, s, min, max);
	return (n);
}

static void
config_unknown(void)
{
	char **e;
	size_t n;
	int file, i;

	for (e = environ; *e != NULL; e++) {
		if (strncmp(*e, "CAMKET_", 7) != 0 ||
		    strncmp(*e, "CAMKET_PID_", 11) == 0)
			continue;
		n = strcspn(*e, "=");
		file = n > 5 && strncmp(*e + n - 5, "_FILE", 5) == 0;
		n -= file ? 5 : 0;
		for (i = 0; i < CFG_COUNT; i++)
			if (strlen(settings[i].name) == n &&
			    strncmp(*e, settings[i].name, n) == 0 &&
			    (!file || settings[i].secret))
				break;
		if (i == CFG_COUNT)
			log_warn("setting_unknown",
			    "%.*s is no setting; see "
			    "camket help settings",
			    (int)strcspn(*e, "="), *e);
	}
}

static char *
config_secret_file(const char *name)
{
	static char line[4096];
	const char *path;
	char var[128];
	FILE *f;

	snprintf(var, sizeof(var), "%s_FILE", name);
	if ((path = getenv(var)) == NULL)
		return (NULL);
	if ((f = fopen(path, "re")) == NULL)
		fatal("%s: cannot read %s: %s", var, path, strerror(errno));
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	line[strcspn(line, "\r\n")] = '\0';
	return (line);
}
