/* Events and templates; see event.tbl. */
#include <stddef.h>
#include <string.h>

#include "domain/event.h"

#define EVENT(resource, verb, audience, category, template) \
	{ #resource, #verb, #audience, #category, #template },
#define TEMPLATE(code, subject, body)
static const struct event_rule rules[] = {
#include "domain/event.tbl"
};
#undef EVENT
#undef TEMPLATE

#define EVENT(resource, verb, audience, category, template)
#define TEMPLATE(code, subject, body) { #code, subject, body },
static const struct template templates[] = {
#include "domain/event.tbl"
};
#undef EVENT
#undef TEMPLATE

const struct event_rule *
event_rule(const char *resource, const char *verb)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rules[i].resource, resource) == 0 &&
		    strcmp(rules[i].verb, verb) == 0)
			return (&rules[i]);
	return (NULL);
}

const struct template *
template_find(const char *code)
{
	size_t i;

	for (i = 0; i < sizeof(templates) / sizeof(templates[0]); i++)
		if (strcmp(templates[i].code, code) == 0)
			return (&templates[i]);
	return (NULL);
}
