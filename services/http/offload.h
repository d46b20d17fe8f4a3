#ifndef HTTP_OFFLOAD_H
#define HTTP_OFFLOAD_H

#include "http/ctx.h"

/*
 * Work too slow for the loop (password hashing), on Kore's task threads.
 * work(arg) runs there, with no access to the request; then c->next runs.
 * Always STEP_WAIT, or STEP_DONE after refusing because too much waits.
 */
enum step offload(struct ctx *, void (*work)(void *), void *arg);

/* How many threads; before the processes fork. */
void offload_init(int threads);

#endif
