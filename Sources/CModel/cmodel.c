#include "cmodel.h"

/* `model.bin` is what `scripts/train.sh` writes from `config/training`. */
static const unsigned char model[] = {
#embed "model.bin"
};

const unsigned char *slb_model_bytes(void) { return model; }

size_t slb_model_size(void) { return sizeof model; }
