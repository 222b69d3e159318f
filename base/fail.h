/* How crux stops when something is wrong. */
#ifndef BASE_FAIL_H
#define BASE_FAIL_H

/* Bugs, damaged files, failing libraries: print "crux: error: ..." with the rank and abort all ranks, exit status 1.
 * Any rank may call it alone. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Mistakes of the user, found alike by all ranks: rank 0 prints the message, all ranks finish MPI and
 * exit with status 2.  Collective. */
_Noreturn void fail_user(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Checks of data that come from files, libraries or other ranks; always compiled in. */
#define require(condition, ...)           \
  do {                                    \
    if (!(condition)) fail(__VA_ARGS__);  \
  } while (0)

#endif
