/* Where supernovae are, from rates at points: boxes over the domain that are halved where the rates change within them, whatever the mesh is like.  Private to
 * supernovae/. */
#ifndef SUPERNOVAE_MAP_H
#define SUPERNOVAE_MAP_H

#include "base/random.h"
#include "supernovae/supernovae.h"

/* total: events per time in the domain.  Collective. */
struct supernova_map;
struct supernova_map *supernova_map_create(const struct mesh *mesh, void (*rate)(const double x[3], double rate[SUPERNOVA_KINDS]));
void supernova_map_destroy(struct supernova_map *map);
double supernova_map_total(const struct supernova_map *map, int kind);
/* A place drawn from the rates of the kind, whose total is above zero.  Local. */
void supernova_map_place(const struct supernova_map *map, int kind, struct random *r, double x[3]);

/* draw.c: length of the windows of time. */
double supernova_window(const struct supernovae *s);

#endif
