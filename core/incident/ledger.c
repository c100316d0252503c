/* ledger.c: what this incident has opened and not yet closed.
 * An item belongs to the step of the run that opened it; closing goes by name, wherever in the incident it was opened.
 * */
#include "core/incident/model.h"

static bool ledger_is_of(const LedgerItem *item, const Run *run, const IncidentStep *step)
{
	return !item->gate && text_eq(item->run, run->id) && text_eq(item->step, step->id);
}

/* The open item of that name that step `step` of run `run` opened. */
static LedgerItem *ledger_find(Incident *incident, const char *run, const char *step, const char *name)
{
	for (size_t i = 0; i < incident->open_count; i++) {
		LedgerItem *item = &incident->ledger[incident->open_items[i]];
		if (!item->gate && text_eq(item->name, name) && text_eq(item->step, step) && text_eq(item->run, run))
			return item;
	}
	return NULL;
}

static void ledger_list_open(Incident *incident, size_t index)
{
	incident->open_items = model_room(incident->open_items, incident->open_count, sizeof *incident->open_items);
	incident->open_items[incident->open_count++] = index;
	/* Oldest first: one that is opened again goes back to its place. */
	for (size_t i = incident->open_count - 1; i > 0 && incident->open_items[i - 1] > index; i--) {
		incident->open_items[i] = incident->open_items[i - 1];
		incident->open_items[i - 1] = index;
	}
}

/* The engine only writes down that an action ended: it is whoever started the action that broke or mended something. */
static const char *person_behind(const Incident *incident, const IncidentStep *step, const Event *event)
{
	const IncidentAction *newest = NULL;
	for (size_t i = 0; text_eq(event->how, "engine") && i < step->action_count; i++) {
		const IncidentAction *action = incident_find_action(incident, step->actions[i].last_action);
		if (action && (!newest || action->number > newest->number))
			newest = action;
	}
	return newest && newest->who ? newest->who : event->who;
}

static void ledger_add(Incident *incident, const Run *run, const IncidentStep *step, const char *name, bool doubtful,
	const Event *event)
{
	incident->ledger = model_room(incident->ledger, incident->ledger_count, sizeof *incident->ledger);
	incident->ledger[incident->ledger_count] = (LedgerItem) {
		.name = bg_strdup(name),
		.run = bg_strdup(run->id),
		.step = bg_strdup(step->id),
		.step_title = bg_strdup(step->title),
		.closed_by = bg_strdup_or_null(step->closed_by),
		.open = true,
		.doubtful = doubtful,
		.can_undo = step->can_undo,
		.opened = event->time,
		.opened_who = bg_strdup(person_behind(incident, step, event)),
	};
	ledger_list_open(incident, incident->ledger_count++);
}

void ledger_open(Incident *incident, const Run *run, IncidentStep *step, bool doubtful, const Event *event)
{
	for (size_t i = 0; i < step->opens.count; i++) {
		LedgerItem *item = ledger_find(incident, run->id, step->id, step->opens.items[i]);
		if (!item)
			ledger_add(incident, run, step, step->opens.items[i], doubtful, event);
		else if (!doubtful)
			item->doubtful = false;
	}
	step->opened = true;
}

/* What to close: by name (a step's `closes`) or by the step that opened it, maybe only what is doubtful. */
typedef struct Closing {
	const StrList *names;
	bool own, doubtful_only;
} Closing;

static void ledger_close(Incident *incident, const Run *run, const IncidentStep *step, Closing closing,
	const Event *event)
{
	size_t kept = 0;
	for (size_t i = 0; i < incident->open_count; i++) {
		size_t index = incident->open_items[i];
		LedgerItem *item = &incident->ledger[index];
		bool mine = closing.own ? ledger_is_of(item, run, step) : !item->gate && strlist_has(closing.names, item->name);
		if (!mine || (closing.doubtful_only && !item->doubtful)) {
			incident->open_items[kept++] = index;
			continue;
		}
		item->open = item->doubtful = false;
		item->closed = event->time;
		model_set(&item->closed_who, person_behind(incident, step, event));
		model_set(&item->closed_run, run->id);
		model_set(&item->closed_step, step->id);
	}
	/* model_room() grows at powers of two by count: after a shrink the array may be larger than it assumes, never
	 * smaller. */
	incident->open_count = kept;
}

void ledger_close_named(Incident *incident, const Run *run, const IncidentStep *step, const Event *event)
{
	if (step->closes.count)
		ledger_close(incident, run, step, (Closing) { .names = &step->closes }, event);
}

void ledger_close_own(Incident *incident, const Run *run, IncidentStep *step, const Event *event)
{
	if (step->opened)
		ledger_close(incident, run, step, (Closing) { .own = true }, event);
	step->opened = false;
}

void ledger_close_doubtful(Incident *incident, const Run *run, IncidentStep *step, const Event *event)
{
	if (!step->opened)
		return;
	ledger_close(incident, run, step, (Closing) { .own = true, .doubtful_only = true }, event);
	step->opened = false;
	for (size_t i = 0; i < step->opens.count && !step->opened; i++)
		step->opened = ledger_find(incident, run->id, step->id, step->opens.items[i]) != NULL;
}

void ledger_reopen(Incident *incident, const Run *run, const IncidentStep *step)
{
	for (size_t i = 0; step->closes.count && i < incident->ledger_count; i++) {
		LedgerItem *item = &incident->ledger[i];
		if (item->open || item->gate || !text_eq(item->closed_run, run->id) || !text_eq(item->closed_step, step->id)
			|| !strlist_has(&step->closes, item->name) || ledger_find(incident, item->run, item->step, item->name))
			continue;
		item->open = true;
		item->closed = (WallTime) { 0 };
		model_set(&item->closed_who, NULL);
		model_set(&item->closed_run, NULL);
		model_set(&item->closed_step, NULL);
		ledger_list_open(incident, i);
	}
}

static LedgerItem *ledger_find_gate(Incident *incident, const Run *run, const Gate *gate, size_t *ret_position)
{
	for (size_t i = 0; i < incident->open_count; i++) {
		LedgerItem *item = &incident->ledger[incident->open_items[i]];
		*ret_position = i;
		if (text_eq(item->gate, gate->id) && text_eq(item->run, run->id))
			return item;
	}
	return NULL;
}

void ledger_open_gate(Incident *incident, const Run *run, const Gate *gate, const Override *override, const Event *event)
{
	size_t position;
	int first = gate->steps.count ? run_index_of(run, gate->steps.items[0]) : -1;
	const IncidentStep *step = &run->steps[first < 0 ? 0 : first];
	if (ledger_find_gate(incident, run, gate, &position))
		return;
	AUTO_FREE char *roles = strlist_join(&override->missing, " and ");
	incident->ledger = model_room(incident->ledger, incident->ledger_count, sizeof *incident->ledger);
	incident->ledger[incident->ledger_count] = (LedgerItem) {
		.name = bg_asprintf("signed alone: %s", gate->id),
		.gate = bg_strdup(gate->id),
		.run = bg_strdup(run->id),
		.step = bg_strdup(step->id),
		.step_title = bg_strdup(*gate->title ? gate->title : step->title),
		.closed_by = bg_asprintf("countersignature of %s", roles),
		.open = true,
		.opened = event->time,
		.opened_who = bg_strdup(override->person),
	};
	ledger_list_open(incident, incident->ledger_count++);
}

void ledger_close_gate(Incident *incident, const Run *run, const Gate *gate, const Event *event)
{
	size_t position = 0;
	LedgerItem *item = ledger_find_gate(incident, run, gate, &position);
	if (!item)
		return;
	item->open = false;
	item->closed = event->time;
	const char *person = model_text(event->data, "person", INCIDENT_WHO_MAX);
	model_set(&item->closed_who, person ? person : event->who);
	for (size_t i = position + 1; i < incident->open_count; i++)
		incident->open_items[i - 1] = incident->open_items[i];
	incident->open_count--;
}

void ledger_item_clear(LedgerItem *item)
{
	free(item->gate);
	free(item->name);
	free(item->run);
	free(item->step);
	free(item->step_title);
	free(item->closed_by);
	free(item->opened_who);
	free(item->closed_who);
	free(item->closed_run);
	free(item->closed_step);
	*item = (LedgerItem) { 0 };
}
