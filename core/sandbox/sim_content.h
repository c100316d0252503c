/* sim_content.h: the invented courses of the sandbox's OCW site: what their pages hold when they are good, and what the
 * mass publish has made of fourteen of them. A good course page always contains SIM_GOOD_MARK; a damaged one never. */
#pragma once
#include <stddef.h>
#include "core/base/moment.h"
#include "core/sandbox/sim_store.h"

#define SIM_COURSE_COUNT 40
#define SIM_DAMAGED_COUNT 14
#define SIM_GOOD_MARK "Course Description"

typedef enum SimDamage {
	SIM_DAMAGE_NONE,
	SIM_DAMAGE_EMPTY,      /* pages whose main part is empty */
	SIM_DAMAGE_TRUNCATED,  /* pages that end in the middle of a tag */
	SIM_DAMAGE_MISSING,    /* course page and resources are gone: 404 */
	SIM_DAMAGE_GARBLED,    /* the template's own text where the content should be */
} SimDamage;

typedef struct SimCourse {
	const char *slug;
	const char *number;      /* "14.73" */
	const char *title;
	const char *department;
	const char *instructor;
	SimDamage damage;
} SimCourse;

const SimCourse *sim_course_at(size_t index);

/* Writes the whole good site: start page, sitemap, courses with their pages and resources. `newest` is when it was last edited:
 * contents are spread over the year before it. */
void sim_content_write(SimBucket *bucket, WallTime newest);
/* Publishes every course page anew, the damaged courses damaged or (without `damaged`) as they should be. */
void sim_content_publish(SimBucket *bucket, bool damaged, WallTime now);
/* How many courses' start pages are not as they should be. */
size_t sim_content_damaged_count(const SimBucket *bucket);
