/* Random numbers that are the same everywhere: splitmix64 (Steele, Lea & Flood 2014, OOPSLA '14, 453). */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct random { uint64_t state; };

static inline void random_start(struct random *r, uint64_t seed) { r->state = seed; }

static inline uint64_t random_next(struct random *r) {
  uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* A seed made of another and a number, so that what is drawn for it does not hang on what was drawn before. */
static inline uint64_t random_key(uint64_t seed, uint64_t number) {
  struct random r = {seed ^ (number * 0xd1342543de82ef95u + 0x2545f4914f6cdd1du)};
  random_next(&r);
  return random_next(&r);
}

/* In [0, 1). */
static inline double random_uniform(struct random *r) { return (double)(random_next(r) >> 11) / 9007199254740992.0; }

#endif
