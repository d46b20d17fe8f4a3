#ifndef DOMAIN_VOCABULARY_H
#define DOMAIN_VOCABULARY_H

#include "core/field.h"

/* words_<list>[] for every list of vocabulary.tbl, ended by a NULL code. */
#define LIST(list) extern const struct word words_##list[];
#define WORD(list, code, vi, vi_short, en, tone)
#define END
#include "domain/vocabulary.tbl"
#undef LIST
#undef WORD
#undef END

/* All lists by name, roles and functions included; a NULL name ends it. */
struct vocabulary {
	const char *name;
	const struct word *words;
};
extern const struct vocabulary vocabularies[];

#endif
