#ifndef WORKERS_LOOP_POLL_H
#define WORKERS_LOOP_POLL_H

/* core/loop.h for programs without Kore: one turn, waiting at most ms. */
void loop_turn(int ms);

#endif
