/* signoff_work.h: what may wait for an agent, a key or a person's touch, done on a thread of its own so that the screen never does.
 * The thread owns what it works on; whoever lets a work go early loses only its answer. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/str.h"
#include "core/engine/signer.h"

typedef struct SignoffWork SignoffWork;

/* Lists the keys of the agents and of the files that `environment` names, as the engine told it. */
SignoffWork *signoff_work_find(const Json *environment);
/* Signs `text` in the namespace `name_space` with `signer`; may take as long as the person lets the key wait. */
SignoffWork *signoff_work_sign(const Signer *signer, const char *name_space, const char *text);
bool signoff_work_is_done(SignoffWork *work);
/* After it is done: what came of it. The list and the armour are the caller's. */
BG_CHECK bool signoff_work_take_list(SignoffWork *work, SignerList **ret_list, Error *err);
BG_CHECK bool signoff_work_take_signature(SignoffWork *work, Buf *ret_armoured, Error *err);
/* NULL ok; always NULL. A thread that still works ends by itself. */
SignoffWork *signoff_work_free(SignoffWork *work);
