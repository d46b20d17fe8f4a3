/* Lines of the feed; see change.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/change.h"
#include "http/pulse.h"

/* Columns of change_after. */
enum column {
	AT_HORIZON,
	AT_LAG,
	AT_XID,
	AT_SEQ,
	AT_KIND,
	AT_REF,
	AT_VERSION,
	AT_VERB,
	AT_WHEN,
	AT_ACTOR,
	AT_MOVED,
	AT_PEOPLE,
	AT_RIGHTS
};

static const char *column_text(struct arena *, const struct db_answer *, int,
    enum column);

int
change_order(const struct change_at *a, const struct change_at *b)
{
	if (a->xid != b->xid)
		return (a->xid < b->xid ? -1 : 1);
	if (a->seq != b->seq)
		return (a->seq < b->seq ? -1 : 1);
	return (0);
}

void
change_text(char out[static CHANGE_TEXT_LEN], const struct change_at *at)
{
	int n;

	n = snprintf(out, CHANGE_TEXT_LEN, "%s.%" PRIu64, pulse_epoch(),
	    at->xid);
	if (at->seq > 0)
		snprintf(out + n, CHANGE_TEXT_LEN - (size_t)n, ".%" PRIu64,
		    at->seq);
}

int
change_parse(const char *s, struct change_at *at)
{
	const char *epoch = pulse_epoch();
	size_t n = strcspn(s, ".");
	char *end;

	if (n == 0 || n > 12 || strspn(s, "0123456789abcdef") != n)
		return (-1);
	if (s[n] != '.' || s[n + 1] < '0' || s[n + 1] > '9')
		return (-1);
	at->xid = strtoull(s + n + 1, &end, 10);
	at->seq = 0;
	if (*end == '.' && end[1] >= '0' && end[1] <= '9')
		at->seq = strtoull(end + 1, &end, 10);
	/* what the database would not take either */
	if (*end != '\0' || at->xid > INT64_MAX || at->seq > INT64_MAX)
		return (-1);
	return (strlen(epoch) != n || strncmp(s, epoch, n) != 0);
}

int
change_kinds(const char *list, uint64_t *bits_r)
{
	char name[32];
	int number;
	size_t n;

	*bits_r = 0;
	for (;; list += n + 1) {
		n = strcspn(list, ",");
		if (n == 0 || n >= sizeof(name))
			return (-1);
		memcpy(name, list, n);
		name[n] = '\0';
		if (sight_resource(name, &number) == NULL)
			return (-1);
		*bits_r |= UINT64_C(1) << number;
		if (list[n] == '\0')
			return (0);
	}
}

int
change_rows(const struct db_answer *a, struct change_at *horizon,
    int64_t *lag_ms)
{
	if (db_rows(a) == 0)
		return (0);
	horizon->xid = strtoull(db_text(a, 0, AT_HORIZON), NULL, 10);
	horizon->seq = 0;
	*lag_ms = db_number(a, 0, AT_LAG);
	return (db_null(a, 0, AT_XID) ? 0 : db_rows(a));
}

void
change_of_row(struct arena *arena, struct change *x, const struct db_answer *a,
    int row)
{
	const char *rights = db_text(a, row, AT_RIGHTS);

	x->at.xid = strtoull(db_text(a, row, AT_XID), NULL, 10);
	x->at.seq = strtoull(db_text(a, row, AT_SEQ), NULL, 10);
	x->resource = sight_resource(db_text(a, row, AT_KIND), &x->kind);
	x->ref = column_text(arena, a, row, AT_REF);
	x->version = column_text(arena, a, row, AT_VERSION);
	x->verb = column_text(arena, a, row, AT_VERB);
	x->when = column_text(arena, a, row, AT_WHEN);
	x->actor = column_text(arena, a, row, AT_ACTOR);
	x->moved = column_text(arena, a, row, AT_MOVED);
	x->people = column_text(arena, a, row, AT_PEOPLE);
	x->rights = *rights == 'a' ? RIGHTS_OF_ALL :
	    *rights == 'r'         ? RIGHTS_OF_REF :
	                             RIGHTS_SAME;
}

static const char *
column_text(struct arena *arena, const struct db_answer *a, int row,
    enum column col)
{
	if (db_null(a, row, col))
		return (NULL);
	return (
	    arena_strndup(arena, db_text(a, row, col), db_length(a, row, col)));
}

/* Several changes of one row need one look. */
void
change_add(struct change_view *v, const struct change *x)
{
	struct sight_row *r;
	int i;

	for (i = 0; i < v->nrows; i++)
		if (v->rows[i].resource == x->resource &&
		    strcmp(v->rows[i].ref, x->ref) == 0)
			break;
	r = &v->rows[i];
	if (i == v->nrows) {
		memset(r, 0, sizeof(*r));
		r->resource = x->resource;
		r->ref = x->ref;
		v->nrows++;
	}
	r->removed |= strcmp(x->verb, "delete") == 0;
	r->known |= x->people != NULL &&
	    strstr(x->people, v->look.caller) != NULL;
	if (x->moved != NULL)
		r->moved = x->moved;
	v->row[v->n] = i;
	v->list[v->n++] = x;
}

int
change_see(struct change_view *v)
{
	return (sight_look(&v->look, v->rows, v->nrows));
}

int
change_line(const struct change_view *v, int i, struct buf *b)
{
	const struct change *x = v->list[i];
	const struct sight_row *r = &v->rows[v->row[i]];

	if (r->found == SIGHT_NONE)
		return (0);
	buf_printf(b, "{\"type\":\"%s\",\"id\":\"%s\",\"version\":%s,",
	    x->resource->kind, x->ref, x->version);
	buf_printf(b, "\"verb\":\"%s\",\"at\":\"%s\",\"href\":\"/v1/%s/%s\"",
	    x->verb, x->when, x->resource->name, x->ref);
	if (x->actor != NULL)
		buf_printf(b, ",\"actor_id\":\"%s\"", x->actor);
	if (r->found == SIGHT_REMOVED)
		buf_puts(b, ",\"deleted\":true");
	if (r->found == SIGHT_LEFT)
		buf_puts(b, ",\"gone\":true");
	if (r->json != NULL) {
		buf_puts(b, ",\"item\":");
		buf_put(b, r->json, r->len);
	}
	buf_putc(b, '}');
	return (1);
}

int
change_of_rights(const struct change *x, const char *caller)
{
	return (x->rights == RIGHTS_OF_ALL ||
	    (x->rights == RIGHTS_OF_REF && strcmp(x->ref, caller) == 0));
}
