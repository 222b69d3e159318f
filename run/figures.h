/* The pictures that a run wants when it has ended.  The launcher draws them (./crux plot DIR WHAT): the program only says which, in the file that
 * CRUX_FIGURES in the environment names: the output folder in the first line, then a word per line. */
#ifndef RUN_FIGURES_H
#define RUN_FIGURES_H

struct params;

enum { FIGURES_MOST = 8 };
struct run_figures { char name[FIGURES_MOST][16]; int count; };

/* The key "figures" of the section that is open, "output". */
void figures_declare(struct params *ps, struct run_figures *f);
/* Rank 0 only. */
void figures_ask(const struct run_figures *f, const char *dir);

#endif
