/*
 * memory.c - memory that is refused now and then.
 */
#include "soak.h"

void begin_memory(void)
{
}

void refuse_memory(struct world *w)
{
    (void)w;
}

bool memory_was_refused(void)
{
    return false;
}

void grant_memory(void)
{
}
