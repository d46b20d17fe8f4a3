#ifndef CORE_FIELD_H
#define CORE_FIELD_H

#include <stddef.h>

#include <jansson.h>

struct arena;

/* One value of an enumeration, with the words people see. */
struct word {
	const char *code;
	const char *vi;
	const char *vi_short;
	const char *en;
	const char *tone; /* neutral info success caution warning danger */
};

/*
 * The members of a resource: one table feeds body checks, binding and the
 * OpenAPI document. A table ends with a NULL name.
 */
enum field_type {
	F_TEXT,    /* min..max characters (code points) */
	F_CODE,    /* letters, digits, . _ - ; up to max */
	F_INT,     /* min..max */
	F_DECIMAL, /* a string, as numeric(max, min) holds it */
	F_BOOL,
	F_DATE,    /* YYYY-MM-DD */
	F_INSTANT, /* RFC 3339 in UTC */
	F_UUID,
	F_EMAIL,
	F_PERIOD, /* 2026-02 2026-Q1 2026-H1 2026-9M 2026 */
	F_ENUM,   /* a code of words */
	F_REF,    /* written as name_id or name_code, read as an object */
	F_OBJECT, /* members */
	F_LIST,   /* min..max of item (members, for objects) */
	F_MAP,    /* code -> members, up to max */
	F_ANY     /* any JSON, kept whole */
};

#define FIELD_REQUIRED 0x01 /* on creation */
#define FIELD_FIXED 0x02    /* set on creation, never patched */
#define FIELD_SERVER 0x04   /* ours to set: read, never written */
#define FIELD_EMPTY 0x08    /* null has no meaning: refuse it */
#define FIELD_WRITE 0x10    /* written only; read under another name */
#define FIELD_MAYBE 0x20    /* left out of answers it does not belong to */
#define FIELD_PRIVATE 0x40  /* null in answers to whom it is kept from */
#define FIELD_MERGE 0x80    /* F_OBJECT: a merge patch, whatever the method */

/* Of answers: never null. What was never set stays null. */
#define FIELD_ALWAYS (FIELD_SERVER | FIELD_EMPTY)

struct field {
	const char *name;
	enum field_type type;
	unsigned flags;
	int min;
	int max;
	const struct word *words;    /* F_ENUM */
	const char *ref;             /* F_REF: resource */
	const char *column;          /* F_REF: other name in the table */
	const struct field *members; /* F_OBJECT F_MAP F_LIST */
	enum field_type item;        /* F_LIST */
	const char *doc;             /* in both languages, see field_text() */
	const char *eg;              /* an example of a value */
};

/* What is wrong with a body: all of it at once. */
struct fault {
	const char *pointer; /* RFC 6901 */
	const char *code;    /* see faults.tbl */
	struct fault *next;
};
struct faults {
	struct arena *arena;
	struct fault *first;
	struct fault **last;
	int count;
};

void faults_init(struct faults *, struct arena *);
void fault_add(struct faults *, const char *pointer, const char *code);

/* Has something been told of this place already? */
int fault_at(const struct faults *, const char *pointer);

/*
 * Take the faulty members out of a body, so that the rest of it can be looked
 * at: members go, elements of lists become {} so that the others keep their
 * places.
 */
void faults_blank(const struct faults *, json_t *body);

/*
 * Check a body against a table, for creation or as a merge patch, and put it
 * in its canonical form. Unknown members are faults. Members that stand in
 * every resource ("id") belong in the table too.
 */
enum field_mode { FIELD_CREATE, FIELD_PATCH };
void fields_check(const struct field *, json_t *body, enum field_mode,
    const char *at, struct faults *);

/*
 * What people read stands as "tiếng Việt | English" in tables: that of one
 * language (0 or 1), in the arena's memory. What has but one text is given so.
 */
#define FIELD_LANGUAGES " | "
const char *field_text(struct arena *, const char *both, int lang);

/* The member of this name: of two, as it is read; NULL if there is none. */
const struct field *field_read(const struct field *, const char *name);

/* Single values, as they also come in query strings. */
int field_date(const char *, size_t);
int field_instant(const char *, size_t);
int field_code(const char *, size_t, int max);
int field_decimal(const char *, int digits, int fraction);
int field_period(const char *);
const struct word *field_word(const struct word *, const char *code);

/* Code points of a valid UTF-8 text. */
int field_length(const char *);

#endif
