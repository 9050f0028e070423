/* The shipped model's bytes, embedded by the compiler: megabytes that no Swift literal could hold. */
#ifndef CMODEL_H
#define CMODEL_H

#include <stddef.h>

const unsigned char *slb_model_bytes(void);
size_t slb_model_size(void);

#endif
