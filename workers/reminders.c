/*
 * Reminders: from jobs to people. Three kinds of job come this way:
 *
 *	reminder   a due moment: who is to be reminded is asked of the state now
 *	notice     a change people are told of (domain/event.tbl)
 *	delivery   one letter to one person by one channel
 *
 * The first two fan out: a row in the ledger for each person and channel, a
 * delivery job for each that leaves the house, and the inbox at once - all in
 * the commit that ends the job. A letter is sent by its own job, whose end and
 * the ledger's "sent" are one commit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/config.h"
#include "core/keys.h"
#include "core/log.h"
#include "core/seal.h"
#include "channels/channel.h"
#include "domain/event.h"
#include "queries.h"
#include "queue.h"
#include "worker.h"

/* What a letter is about, and to whom it goes: one row per reader. */
struct about {
	struct arena arena;
	int found;
	char *kind;
	char *ref;
	char *title;
	char *unit;
	char *due;
	int days; /* working days; below zero = overdue */
	char *actor;
	char *reason;
	char *verb;
	struct buf staff; /* arrays, as text */
	struct buf names;
	struct buf addresses;
	int readers;
};
struct letter_row {
	struct arena arena;
	struct letter letter;
	int moot;
	int found;
};

static void reminders_work(struct worker *, struct job *, int);
static void work_reminder(struct worker *, struct job *);
static void work_notice(struct worker *, struct job *);
static void work_delivery(struct worker *, struct job *);
static void fan_out(struct worker *, struct job *, struct about *, const char *,
    const char *, const char *);
static void take_about(void *, struct db_answer *);
static void take_letter(void *, struct db_answer *);
static char *link_put(struct arena *, const char *, const char *);
static void render(struct buf *, const char *, const struct about *);
static void array_put(struct buf *, const char *, int);
static char *keep(struct about *, struct db_answer *, int);

int
main(void)
{
	struct worker w;

	worker_init(&w, "reminders", "camket_worker");
	keys_load(keys_dir());
	log_info("started", "mail by %s", channel_mail()->name);
	queue_run(&w, "q:reminder", 20, reminders_work);
	log_info("stopped", "reminders");
	worker_fini(&w);
	return (0);
}

static void
reminders_work(struct worker *w, struct job *jobs, int n)
{
	static const struct {
		const char *kind;
		void (*work)(struct worker *, struct job *);
	} kinds[] = {
		{ "reminder", work_reminder },
		{ "notice", work_notice },
		{ "delivery", work_delivery },
	};
	size_t k;
	int i;

	for (i = 0; i < n && !worker_stopping(); i++) {
		log_about(jobs[i].id_text);
		for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			if (strcmp(kinds[k].kind, jobs[i].kind) == 0)
				break;
		if (k < sizeof(kinds) / sizeof(kinds[0]))
			kinds[k].work(w, &jobs[i]);
		else
			queue_bury(w, &jobs[i], "no such kind of job");
		log_about(NULL);
	}
}

/* Done, re-dated or given away meanwhile: nobody is asked, nobody is told. */
static void
work_reminder(struct worker *w, struct job *j)
{
	const char *v[] = { w->today, j->ref };
	const char *moot[] = { j->id_text, j->epoch_text, j->ref, "moot" };
	struct about x = { .found = 0 };
	const char *template;
	char occasion[64];

	arena_init(&x.arena, NULL, 0);
	if (db_run_s(w, &q_reminder_about, v, take_about, &x) != DB_OK) {
		arena_fini(&x.arena);
		return; /* the lease runs out */
	}
	if (x.readers == 0)
		(void)db_run_s(w, &q_reminder_end, moot, NULL, NULL);
	else {
		snprintf(occasion, sizeof(occasion), "reminder:%s", j->ref);
		template = x.days < 0 ? "task_overdue" :
		    x.days == 0       ? "task_today" :
		                        "task_soon";
		fan_out(w, j, &x, occasion, template,
		    x.days < 0 ? "overdue" : "reminder");
	}
	arena_fini(&x.arena);
}

static void
work_notice(struct worker *w, struct job *j)
{
	const char *v[] = { w->today, j->ref, NULL };
	const char *done[] = { j->id_text, j->epoch_text };
	const struct event_rule *rule;
	struct about x = { .found = 0 };
	char occasion[64];

	arena_init(&x.arena, NULL, 0);
	/* what happened first; then whom its rule names */
	if (db_run_s(w, &q_notice_event, v + 1, take_about, &x) != DB_OK)
		goto out;
	rule = x.found ? event_rule(x.kind, x.verb) : NULL;
	if (rule == NULL) {
		(void)db_run_s(w, &q_job_end, done, NULL, NULL);
		goto out;
	}
	arena_fini(&x.arena);
	memset(&x, 0, sizeof(x));
	arena_init(&x.arena, NULL, 0);
	v[2] = rule->audience;
	if (db_run_s(w, &q_notice_about, v, take_about, &x) != DB_OK)
		goto out;
	if (x.readers == 0) {
		(void)db_run_s(w, &q_job_end, done, NULL, NULL);
		goto out;
	}
	snprintf(occasion, sizeof(occasion), "event:%s", j->ref);
	fan_out(w, j, &x, occasion, rule->template, rule->category);
out:
	arena_fini(&x.arena);
}

static void
work_delivery(struct worker *w, struct job *j)
{
	const char *v[] = { w->today, j->ref };
	const char *end[] = { j->id_text, j->epoch_text, w->now, j->ref, NULL,
		NULL };
	struct letter_row x = { .found = 0 };
	char said[500] = "";
	enum sent r;

	arena_init(&x.arena, NULL, 0);
	if (db_run_s(w, &q_delivery_letter, v, take_letter, &x) != DB_OK)
		goto out;
	if (!x.found || x.moot) {
		end[4] = "moot";
		end[5] = "";
		(void)db_run_s(w, &q_delivery_end, end, NULL, NULL);
		goto out;
	}
	r = channel_mail()->send(&x.letter, said, sizeof(said));
	end[4] = r == SENT_OK ? "sent" : "failed";
	end[5] = said;
	switch (r) {
	case SENT_OK:
	case SENT_PERMFAIL:
		(void)db_run_s(w, &q_delivery_end, end, NULL, NULL);
		log_info(r == SENT_OK ? "delivered" : "delivery_failed",
		    "%s: %s", j->ref, said);
		break;
	case SENT_TEMPFAIL:
		queue_retry(w, j, said);
		break;
	}
out:
	arena_fini(&x.arena);
}

/* A ledger row for each reader and channel, and the end of the job. */
static void
fan_out(struct worker *w, struct job *j, struct about *x, const char *occasion,
    const char *template, const char *category)
{
	const struct template *t = template_find(template);
	struct buf subject, body;
	const char *v[16];

	if (t == NULL) {
		queue_bury(w, j, "no such template");
		return;
	}
	buf_putc(&x->staff, '}');
	buf_putc(&x->names, '}');
	buf_putc(&x->addresses, '}');
	buf_init(&subject, &x->arena, 512);
	buf_init(&body, &x->arena, 2048);
	render(&subject, t->subject, x);
	render(&body, t->body, x);
	v[0] = w->now;
	v[1] = j->id_text;
	v[2] = j->epoch_text;
	v[3] = occasion;
	v[4] = template;
	v[5] = category;
	v[6] = x->kind;
	v[7] = x->ref;
	v[8] = x->staff.data;
	v[9] = x->names.data;
	v[10] = x->addresses.data;
	v[11] = subject.data;
	v[12] = body.data;
	v[13] = j->trace[0] != '\0' ? j->trace : NULL;
	v[14] = config_text(CFG_URL);
	(void)db_run_s(w, &q_notice_fan_out, v, NULL, NULL);
}

/*
 * One row per reader: kind ref title unit due days actor reason verb, then
 * staff, name, address - null when nobody is to be told.
 */
static void
take_about(void *arg, struct db_answer *a)
{
	struct about *x = arg;
	int i;

	if (db_rows(a) == 0)
		return;
	x->found = 1;
	x->kind = keep(x, a, 0);
	x->ref = keep(x, a, 1);
	x->title = keep(x, a, 2);
	x->unit = keep(x, a, 3);
	x->due = keep(x, a, 4);
	x->days = (int)db_number(a, 0, 5);
	x->actor = keep(x, a, 6);
	x->reason = keep(x, a, 7);
	x->verb = keep(x, a, 8);
	buf_init(&x->staff, &x->arena, 256);
	buf_init(&x->names, &x->arena, 256);
	buf_init(&x->addresses, &x->arena, 256);
	for (i = 0; i < db_rows(a); i++) {
		if (db_null(a, i, 9))
			continue;
		array_put(&x->staff, db_text(a, i, 9), 0);
		array_put(&x->names, db_text(a, i, 10), 0);
		array_put(&x->addresses, db_text(a, i, 11), db_null(a, i, 11));
		x->readers++;
	}
}

static void
take_letter(void *arg, struct db_answer *a)
{
	struct letter_row *x = arg;
	struct arena *m = &x->arena;

	if (db_rows(a) != 1)
		return;
	x->found = 1;
	x->letter.id = arena_strdup(m, db_text(a, 0, 0));
	x->letter.to = arena_strdup(m, db_text(a, 0, 1));
	x->letter.to_name = arena_strdup(m, db_text(a, 0, 2));
	x->letter.subject = arena_strdup(m, db_text(a, 0, 3));
	x->letter.body = db_null(a, 0, 8) ?
	    arena_strdup(m, db_text(a, 0, 4)) :
	    link_put(m, db_text(a, 0, 4), db_text(a, 0, 8));
	x->letter.trace = arena_strdup(m, db_text(a, 0, 5));
	x->letter.at = arena_strdup(m, db_text(a, 0, 6));
	x->moot = db_text(a, 0, 7)[0] == 't';
}

/* The one-time code of a link, where its letter says {link}. */
static char *
link_put(struct arena *m, const char *body, const char *id)
{
	const char *at = strstr(body, "{link}");
	char code[SEAL_CODE_LEN];

	if (at == NULL)
		return (arena_strdup(m, body));
	seal_code(id, code);
	return (arena_printf(m, "%.*s%s%s%s%s%s", (int)(at - body), body,
	    *config_text(CFG_LINK_URL) != '\0' ? config_text(CFG_LINK_URL) :
	                                         config_text(CFG_URL),
	    *config_text(CFG_LINK_URL) != '\0' ? "" : "/reset", "#", code,
	    at + 6));
}

/* Put the facts where the template names them. */
static void
render(struct buf *b, const char *t, const struct about *x)
{
	const struct {
		const char *name, *value;
	} facts[] = {
		{ "{title}", x->title },
		{ "{unit}", x->unit },
		{ "{due}", x->due },
		{ "{actor}", x->actor },
		{ "{reason}", x->reason },
	};
	size_t i, n;

	while (*t != '\0') {
		n = strcspn(t, "{");
		buf_put(b, t, n);
		t += n;
		if (*t == '\0')
			break;
		if (strncmp(t, "{days}", 6) == 0) {
			buf_printf(b, "%02d", abs(x->days));
			t += 6;
			continue;
		}
		for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
			n = strlen(facts[i].name);
			if (strncmp(t, facts[i].name, n) == 0)
				break;
		}
		if (i == sizeof(facts) / sizeof(facts[0])) {
			buf_putc(b, *t++);
			continue;
		}
		buf_puts(b, *facts[i].value != '\0' ? facts[i].value : "–");
		t += n;
	}
}

static void
array_put(struct buf *b, const char *text, int is_null)
{
	buf_putc(b, b->len == 0 ? '{' : ',');
	if (is_null)
		buf_puts(b, "NULL");
	else
		buf_json(b, text); /* array quoting is the same here */
}

static char *
keep(struct about *x, struct db_answer *a, int col)
{
	return (arena_strdup(&x->arena, db_text(a, 0, col)));
}
