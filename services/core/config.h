#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

/*
 * Settings, from environment variables named CAMKET_*. Loaded once, before
 * anything else; then constant. The list is config.tbl.
 */
enum config_type {
	CONFIG_TEXT,
	CONFIG_NUMBER,
	CONFIG_COUNT,
	CONFIG_PORT,
	CONFIG_LIFE
};

enum setting {
#define SETTING(name, type, def, secret, help) CFG_##name,
#include "core/config.tbl"
#undef SETTING
	CFG_COUNT
};

/* Fatal, naming the variable, if a value does not fit its type. An unknown
 * CAMKET_ variable is warned of: it may be a setting misspelt. */
void config_load(void);

/* Never NULL; "" when unset. Numbers fit their use or loading has failed. */
const char *config_text(enum setting);
long config_number(enum setting);

int config_production(void);

/* How many API processes a host runs: as set, or by its processors. */
long config_processes(void);

/* The settings as a table in Markdown, to standard output. */
void config_help(void);

#endif
