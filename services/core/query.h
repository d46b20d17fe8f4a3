#ifndef CORE_QUERY_H
#define CORE_QUERY_H

/*
 * A statement of the closed set. Written in .sql files beside the code that
 * sends it, as blocks headed
 *
 *	-- plan_get(caller uuid, today date, id uuid) : one read
 *
 * and turned into these structures by query.awk. Nothing else in the program
 * is ever sent to PostgreSQL.
 */
enum query_lane {
	LANE_READ,  /* short; many in flight on one connection */
	LANE_WRITE, /* commits; one at a time on each of several */
	LANE_SLOW,  /* lists and reports; planned afresh, can be cancelled */
	LANE_NOTE,  /* notes nobody waits for: not even for the disk */
	LANE_COUNT
};

/* Parameter types: name in SQL, name in C, OID of pg_type. */
/* clang-format off */
#define QUERY_TYPES(X)							\
	X(bool, BOOL, 16)		X(bytea, BYTEA, 17)		\
	X(bigint, BIGINT, 20)		X(int, INT, 23)			\
	X(text, TEXT, 25)		X(json, JSON, 114)		\
	X(date, DATE, 1082)		X(timestamptz, INSTANT, 1184)	\
	X(numeric, NUMERIC, 1700)	X(uuid, UUID, 2950)		\
	X(jsonb, JSONB, 3802)		X(int[], INTS, 1007)		\
	X(text[], TEXTS, 1009)		X(bigint[], BIGINTS, 1016)	\
	X(date[], DATES, 1182)		X(uuid[], UUIDS, 2951)
/* clang-format on */

enum query_type {
#define X(sql, c, oid) Q_##c = oid,
	QUERY_TYPES(X)
#undef X
};

struct query_param {
	const char *name;
	enum query_type type;
};

/* One order a list can be read in: field, ascending and descending block. */
struct query_sort {
	const char *field;
	const struct query *ascending;
	const struct query *descending;
};

#define QUERY_PARAMS_MAX 40

struct query {
	const char *name;
	const char *sql;
	const struct query_param *params;
	short nparams;
	short id; /* index in queries[] */
	enum query_lane lane;
	const char *unscoped;           /* why, or NULL */
	const struct query_sort *sorts; /* ended by a NULL field */
	const struct query *present;    /* the same without a day, or NULL */
};

extern const struct query *const queries[];
extern const int queries_count;

#endif
