/* reviews.c: is any playbook's review overdue? As the lint judges it. */
#include "core/base/alloc.h"
#include "core/providers/readiness/readiness.h"

void readiness_reviews(Readiness *readiness) {
	for (size_t i = 0; i < readiness->playbook_count; i++) {
		const Playbook *playbook = readiness->playbooks[i];
		AUTO_FREE char *place = readiness_place(playbook, 0);
		for (size_t d = 0; d < playbook->diagnostics.count; d++)
			if (text_eq(playbook->diagnostics.items[d].code, "W-REVIEW"))
				readiness_found(readiness, READING_WARN, place, playbook->diagnostics.items[d].hint, "%s: %s", place, playbook->diagnostics.items[d].text);
		if (playbook->procedure_count && !playbook->review && !playbook->front_matter.last_reviewed_on)
			readiness_found(readiness, READING_WARN, place, "playbook review=YYYY-MM-DD says when it is due", "%s has no date for its review", place);
	}
}
