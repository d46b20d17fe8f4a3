#ifndef TESTS_UNIT_FORM_H
#define TESTS_UNIT_FORM_H

/* A body with a member of every type; each who includes it has its own. */
#include "core/field.h"

static const struct word words[] = { { "draft", "", NULL, "", "" },
	{ "done", "", NULL, "", "" }, { NULL, NULL, NULL, NULL, NULL } };
static const struct field point[] = {
	{ .name = "x", .type = F_INT, .flags = FIELD_REQUIRED, .max = 9 },
	{ .name = "y", .type = F_INT, .max = 9 },
	{ .name = NULL },
};
static const struct field all[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_FIXED },
	{ .name = "version", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "text",
	    .type = F_TEXT,
	    .flags = FIELD_REQUIRED,
	    .min = 2,
	    .max = 5 },
	{ .name = "note", .type = F_TEXT },
	{ .name = "code", .type = F_CODE, .flags = FIELD_FIXED, .max = 8 },
	{ .name = "int",
	    .type = F_INT,
	    .flags = FIELD_EMPTY,
	    .min = -3,
	    .max = 3 },
	{ .name = "decimal", .type = F_DECIMAL, .min = 2, .max = 5 },
	{ .name = "bool", .type = F_BOOL },
	{ .name = "date", .type = F_DATE },
	{ .name = "instant", .type = F_INSTANT },
	{ .name = "email", .type = F_EMAIL },
	{ .name = "period", .type = F_PERIOD },
	{ .name = "enum", .type = F_ENUM, .words = words },
	{ .name = "unit", .type = F_REF, .ref = "unit" },
	{ .name = "issuer", .type = F_REF, .ref = "unit", .column = "unit2" },
	{ .name = "object", .type = F_OBJECT, .members = point },
	{ .name = "list", .type = F_LIST, .item = F_CODE, .max = 3 },
	{ .name = "points",
	    .type = F_LIST,
	    .item = F_OBJECT,
	    .min = 1,
	    .members = point },
	{ .name = "words", .type = F_LIST, .item = F_ENUM, .words = words },
	{ .name = "map", .type = F_MAP, .members = point, .max = 2 },
	{ .name = "any", .type = F_ANY },
	{ .name = NULL },
};

#endif
