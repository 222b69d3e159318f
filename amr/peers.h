/* The ranks that hold neighbours of local blocks, and messages to them: one per peer and direction, in 64-bit sizes. */
#ifndef AMR_PEERS_H
#define AMR_PEERS_H

#include "amr/mesh.h"

#include <stddef.h>

struct peers {
  MPI_Comm comm;
  int count;
  int *rank;           /* [count] ascending */
  int request_count, request_size;
  MPI_Request *request;
};

/* Being a neighbour is mutual, so no rank has to be asked. */
void peers_create(struct peers *p, const struct mesh *mesh);
void peers_destroy(struct peers *p);
/* Place in the list of the owner of a ghost leaf. */
int peers_find(const struct peers *p, int rank);

/* Give every peer the items of the given size that lie at asked + asked_first[peer] ... asked_first[peer + 1]; returns what the
 * peers gave (to be freed with memory_free), and their range in first [count + 1].  Called by all ranks. */
void *peers_swap(struct peers *p, size_t size, const void *asked, const int *asked_first, int *first);

/* Receive or send the numbers data[first[peer]] ... data[first[peer + 1]]; complete after peers_wait. */
void peers_receive(struct peers *p, int tag, double *data, const int64_t *first);
void peers_send(struct peers *p, int tag, const double *data, const int64_t *first);
void peers_wait(struct peers *p);

#endif
