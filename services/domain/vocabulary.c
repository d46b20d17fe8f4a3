/* The words people see; see vocabulary.tbl. */
#include <stddef.h>

#include "domain/role.h"
#include "domain/vocabulary.h"

#define LIST(list) const struct word words_##list[] = {
#define WORD(list, code, vi, vi_short, en, tone) \
	{ #code, vi, vi_short, en, #tone },
#define END \
	{ \
		NULL, NULL, NULL, NULL, NULL \
	} \
	} \
	;
#include "domain/vocabulary.tbl"
#undef LIST
#undef WORD
#undef END

/* clang-format off */
const struct vocabulary vocabularies[] = {
#define LIST(list) { #list, words_##list },
#define WORD(list, code, vi, vi_short, en, tone)
#define END
#include "domain/vocabulary.tbl"
#undef LIST
#undef WORD
#undef END
	{ "role", words_role },
	{ "function", words_function },
	{ NULL, NULL }
};
/* clang-format on */
