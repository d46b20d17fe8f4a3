#ifndef DOMAIN_EVENT_H
#define DOMAIN_EVENT_H

/* Of which changes people are told, and in what words; the list is event.tbl. */
struct event_rule {
	const char *resource;
	const char *verb;
	const char *audience;
	const char *category;
	const char *template;
};
struct template
{
	const char *code;
	const char *subject;
	const char *body;
};

/* NULL if nobody is told of it. */
const struct event_rule *event_rule(const char *resource, const char *verb);

/* NULL if there is no such template. */
const struct template *template_find(const char *code);

#endif
