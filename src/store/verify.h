/* Is a run's folder whole?  Every file that the program needs of it is read as it would be read, and looked at. */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "store/run.h"

/* What was found of one file; `problem` NULL: it is good, and `what` says what it holds. */
typedef void VerifyTell(void *context, const char *file, const char *what, const Error *problem);

/* Tells of meta.json, network.net, metrics.jsonl, the final model, and every file of ckpt/; true when all are good.  Files that a
 * run at this point need not have are left out. */
bool run_verify(const Run *run, VerifyTell *tell, void *context);

#endif
