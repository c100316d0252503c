/* receipt.h: what a signer takes away: the signed text and its signature. The checkpoint in the text is enough to find a journal that was
 * cut or changed. Every sign-off in the record has its receipt in the incident's folder, and every receipt its sign-off: so it is written
 * under a name for the time being before the record, and gets its own name after it. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/engine/incident_file.h"

/* Writes (or holds) receipts/TIME-GATE-PERSON.part; *ret_name is owned. */
BG_CHECK bool receipt_prepare(IncidentFile *file, const char *gate, const char *person, const char *statement, const char *signature,
	char **ret_name, Error *err);
/* The sign-off is in the record. */
void receipt_keep(IncidentFile *file, const char *name);
/* It was refused. */
void receipt_drop(IncidentFile *file, const char *name);
