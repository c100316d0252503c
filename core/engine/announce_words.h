/* announce_words.h: which records are told outside, and in which words. Pure: it sees the records in their order, and the incident as it is after each. */
#pragma once
#include <stdbool.h>
#include "core/environment/environment.h"
#include "core/incident/event.h"
#include "core/incident/incident.h"

#define ANNOUNCE_TEXT_MAX 900      /* bytes of one message */
#define ANNOUNCE_SITREP_MAX 3500   /* of a situation report */

/* What was told so far, as far as it matters for what is told next. Zero-initialise. */
typedef struct AnnounceTeller {
	StrList open;                  /* of the ledger */
	StrList asked;                 /* "r1 gate": asked, and not signed since */
} AnnounceTeller;
void announce_teller_clear(AnnounceTeller *teller);
BG_DEFINE_CLEARP(AnnounceTeller, announce_teller_clear)

/* The words for `event`, `incident` being what it made of it; false: it is not told. No value and no output of a command is in them. Appends. */
bool announce_words(AnnounceTeller *teller, const Environment *environment, const Event *event, const Incident *incident, Buf *out);
