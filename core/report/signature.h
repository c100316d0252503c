/* signature.h: a sign-off of the record, checked again by whoever makes the report: the armour over the exact text. Whose key it is says
 * the roster of that day, which the engine judged; `verify --signers` judges it again. */
#pragma once
#include "core/incident/incident.h"
#include "core/signoff/statement.h"

typedef struct CheckedSignoff {
	bool has_signature;          /* a one-time code leaves none */
	bool holds;
	char why[192];               /* why it does not */
	char key_type[32];           /* "ssh-ed25519" */
	bool from_device, touched, verified;
	bool readable;               /* `statement` is filled */
	Statement statement;
} CheckedSignoff;

void signoff_check(const Signoff *signoff, CheckedSignoff *ret);
void checked_signoff_clear(CheckedSignoff *checked);
BG_DEFINE_CLEARP(CheckedSignoff, checked_signoff_clear)
