/* waiting.c: what waits for this very person: gates that ask for a role of theirs, what was signed alone without it, and actions in doubt. The bell rings once for each. */
#include <stdio.h>
#include "tui/view/shell.h"

#define WAITING_ID_SIZE 320

static bool may_sign(const ClientModel *model, const Gate *gate, WallTime now)
{
	bool more = gate_people_wanted(gate, now) > 0;
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		if (strlist_has(&model->roles, gate->roles.items[i]) && (!signoff || more))
			return true;
	}
	return false;
}

static bool has_signed(const ClientModel *model, const Gate *gate)
{
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		if (signoff && text_eq(signoff->person, model->who))
			return true;
	}
	return false;
}

static bool gate_waits(const ClientModel *model, const Run *run, const Gate *gate, WallTime now)
{
	return run->state == RUN_WALKING && gate_state(gate, now) == GATE_WAITING && may_sign(model, gate, now) && !has_signed(model, gate);
}

/* Somebody went on alone without a role of theirs. */
static bool override_waits(const ClientModel *model, const Gate *gate)
{
	const Override *override = gate_override(gate, NULL);
	bool mine = false;
	for (size_t i = 0; override && i < override->missing.count; i++)
		mine = mine || strlist_has(&model->roles, override->missing.items[i]);
	return mine && !text_eq(override->person, model->who);
}

static void collect(const ClientModel *model, WallTime now, StrList *ids)
{
	const Incident *incident = model->incident;
	char id[WAITING_ID_SIZE];
	for (size_t r = 0; incident && r < incident->run_count; r++)
		for (size_t g = 0; g < incident->runs[r].gate_count; g++) {
			const Run *run = &incident->runs[r];
			if (override_waits(model, &run->gates[g])) {
				snprintf(id, sizeof(id), "alone %s %s %s", run->id, run->gates[g].id, gate_override(&run->gates[g], NULL)->subject);
				strlist_add(ids, id);
			}
			if (!gate_waits(model, run, &run->gates[g], now))
				continue;
			snprintf(id, sizeof(id), "gate %s %s %s", run->id, run->gates[g].id, run->gates[g].subject);
			strlist_add(ids, id);
		}
	for (size_t a = 0; incident && a < incident->action_count; a++) {
		if (incident->actions[a].state != ACTION_IN_DOUBT)
			continue;
		snprintf(id, sizeof(id), "doubt %s %lld", incident->id, (long long) incident->actions[a].number);
		strlist_add(ids, id);
	}
}

bool waiting_update(Waiting *waiting, const ClientModel *model, WallTime now)
{
	if (!model->caught_up)
		return false;
	StrList ids = { 0 };
	collect(model, now, &ids);
	bool news = false;
	for (size_t i = 0; i < ids.count; i++)
		news = news || !strlist_has(&waiting->known, ids.items[i]);
	strlist_clear(&waiting->known);
	waiting->known = ids;
	return news;
}

bool waiting_for_signature(const ClientModel *model, WallTime now)
{
	const Incident *incident = model->incident;
	for (size_t r = 0; incident && r < incident->run_count; r++)
		for (size_t g = 0; g < incident->runs[r].gate_count; g++)
			if (gate_waits(model, &incident->runs[r], &incident->runs[r].gates[g], now) || override_waits(model, &incident->runs[r].gates[g]))
				return true;
	return false;
}

void waiting_clear(Waiting *waiting)
{
	strlist_clear(&waiting->known);
}
