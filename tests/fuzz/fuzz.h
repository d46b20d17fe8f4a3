#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

/*
 * What every fuzz target includes. must() is the property that holds for any
 * input; the sanitizers see to the rest. A finding becomes a unit test.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
			    #condition); \
			abort(); \
		} \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int LLVMFuzzerInitialize(int *, char ***);

/* A copy that ends where the input ends, so that a byte beyond is seen. */
static inline char *
exact(const uint8_t *data, size_t n)
{
	char *copy = malloc(n > 0 ? n : 1);

	if (n > 0)
		memcpy(copy, data, n);
	return (copy);
}

#endif
