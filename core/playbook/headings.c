/* headings.c: the outline. Levels are relative: a file whose highest heading is the third level is as good as any. */
#include "core/playbook/build.h"
#include "core/playbook/imperative.h"
#include "core/playbook/names.h"
#include "core/playbook/words.h"

static Phase *new_phase(Builder *builder, NameTable *slugs, Mark *mark)
{
	Phase *phase = ARENA_NEW(builder->arena, Phase);
	Str title = str_trim(str_from(mark->text));
	phase->id = names_unique(slugs, slug_make(builder->arena, title), phase);
	phase->title = title.len ? arena_str(builder->arena, title) : "(no title)";
	phase->level = mark->level;
	phase->line = mark->line;
	phase->index = builder->playbook->phase_count;
	phase->end_index = phase->index + 1;
	phase->checklist = heading_is_checklist(title);
	return phase;
}

static void place_phase(Builder *builder, Phase *phase, Phase *previous)
{
	Phase *parent = previous;
	while (parent && parent->level >= phase->level)
		parent = parent->parent;
	phase->parent = parent;
	phase->depth = parent ? parent->depth + 1 : 0;
	for (Phase *at = parent; at; at = at->parent)
		at->end_index = phase->index + 1;
	ARENA_PUSH(builder->arena, builder->playbook->phases, builder->playbook->phase_count, phase);
}

static void find_title(Builder *builder)
{
	Playbook *playbook = builder->playbook;
	size_t tops = 0;
	for (size_t i = 0; i < playbook->phase_count; i++)
		tops += playbook->phases[i]->level == 1;
	builder->has_title = playbook->phase_count && playbook->phases[0]->level == 1 && tops == 1;
	if (builder->has_title)
		playbook->title = playbook->phases[0]->title;
	else if (playbook->front_matter.title)
		playbook->title = playbook->front_matter.title;
	else
		playbook->title = playbook->id;
	/* "<%= current_page.data.title %>" as the heading stands for the front matter's title. */
	if (builder->has_title && strstr(playbook->title, "<%") && playbook->front_matter.title) {
		playbook->title = playbook->front_matter.title;
		playbook->phases[0]->title = playbook->front_matter.title;
		playbook->phases[0]->id = slug_make(builder->arena, str_from(playbook->title));
	}
}

/* Each block to the last heading above it. */
static void place_blocks(Playbook *playbook)
{
	size_t next = 0;
	for (size_t i = 0; i < playbook->block_count; i++) {
		while (next < playbook->phase_count && playbook->phases[next]->line <= playbook->blocks[i]->line)
			next++;
		playbook->blocks[i]->phase = next > 0 ? playbook->phases[next - 1] : NULL;
	}
}

void build_headings(Builder *builder)
{
	NameTable slugs = {.arena = builder->arena};
	Phase *phase = NULL;
	for (Mark *mark = builder->root->first; mark; mark = mark->next) {
		if (mark->kind == MARK_HEADING) {
			Phase *previous = phase;
			phase = new_phase(builder, &slugs, mark);
			place_phase(builder, phase, previous);
		}
		mark->phase = phase;
	}
	find_title(builder);
	place_blocks(builder->playbook);
}

typedef struct Names { const char *const *starts, *const *ends; size_t start_count, end_count; } Names;

static bool heading_matches(Str title, const Names *names)
{
	Str text = str_trim(title);
	ptrdiff_t colon = str_starts_nocase(text, "step ") ? str_find_char(text, ':') : -1;
	if (colon >= 0)
		text = str_trim(str_slice(text, (size_t) colon + 1, text.len));
	Str rest = text;
	Str first = text_next_word(&rest), last = first;
	bool matches = word_in(names->starts, names->start_count, first);
	for (Str word; (word = text_next_word(&rest)).len;)
		last = word;
	return matches || word_in(names->ends, names->end_count, last);
}

static const char *const CHECKLIST_STARTS[] = {"preconditions", "prerequisite", "prerequisites", "requirement",
	"requirements", "validate", "validation", "verification", "verify"};
static const char *const CHECKLIST_ENDS[] = {"checklist", "preconditions", "prerequisites", "requirements", "review"};
static const char *const REFERENCE_STARTS[] = {"appendix", "contact", "contacts", "faq", "glossary", "references"};
static const char *const REFERENCE_ENDS[] = {"contact", "contacts", "links", "reading", "references"};

bool heading_is_checklist(Str title)
{
	static const Names NAMES = {CHECKLIST_STARTS, CHECKLIST_ENDS, BG_LENGTH(CHECKLIST_STARTS),
		BG_LENGTH(CHECKLIST_ENDS)};
	return heading_matches(title, &NAMES) || str_starts_nocase(str_trim(title), "before you ");
}

bool heading_is_reference(Str title)
{
	static const Names NAMES = {REFERENCE_STARTS, REFERENCE_ENDS, BG_LENGTH(REFERENCE_STARTS),
		BG_LENGTH(REFERENCE_ENDS)};
	return heading_matches(title, &NAMES) || str_find_nocase(title, "contact information") >= 0;
}
