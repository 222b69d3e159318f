/* A Poisson problem with a known answer, on any mesh: what gravity and implicit transport are built on, without time.
 *
 *   crux run setups/poisson/poisson.yaml        (run.setup: poisson)
 *
 * -div grad phi = s, where s is that of an exact phi; values of phi at ends of the domain that are not periodic.  It writes into the output folder
 * a snapshot with phi, phi_exact and the gradient, errors.txt, parameters.yaml, run.log. */
#ifndef RUN_POISSON_H
#define RUN_POISSON_H

struct arguments;
struct params;

enum poisson_problem { POISSON_SINE, POISSON_EXPONENTIAL };
struct poisson_params { char name[64], setup[64]; int problem, method, max_iterations; double tolerance; };

/* Declare the section of the Poisson problem. */
void poisson_declare(struct params *ps, struct poisson_params *p);
/* The whole run: 0, or 1 when the solver fails; ends the program with status 2 on mistakes of the user.  Collective. */
int poisson_main(const struct arguments *a, struct params *ps);

#endif
