/* test_signoff_ways.c: who can sign what is missing, with the keys at hand. */
#include "tui/view/signoff_view.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "tests/support/support.h"

static const WallTime NOW = { INT64_C(1795302000000) };

static void add_key(SignerList *keys, const char *person, const char *fingerprint, const char *role, bool valid)
{
	keys->items = bg_reallocarray(keys->items, keys->count + 1, sizeof(*keys->items));
	Signer *signer = &keys->items[keys->count++];
	*signer = (Signer) { .person = bg_strdup_or_null(person), .comment = bg_strdup("key"), .valid = valid };
	snprintf(signer->fingerprint, sizeof(signer->fingerprint), "%s", fingerprint);
	strlist_add(&signer->roles, role);
}

typedef struct Scene { SignoffView view; ClientModel model; ViewContext context; Gate gate; Signoff given[4]; char who[8]; char gate_id[8]; } Scene;

static void scene_init(Scene *scene)
{
	*scene = (Scene) { .who = "ann", .gate_id = "go" };
	scene->model.who = scene->who;
	scene->context = (ViewContext) { .model = &scene->model, .wall = NOW };
	scene->gate = (Gate) { .id = scene->gate_id, .min = 2, .distinct = true, .live = true, .signoffs = scene->given };
	strlist_add(&scene->gate.roles, "product");
	strlist_add(&scene->gate.roles, "engineering");
	memset(scene->gate.subject, 'a', 64);
	scene->view.keys = bg_calloc(1, sizeof(*scene->view.keys));
	scene->view.keys_known = true;
}

static void scene_clear(Scene *scene)
{
	strlist_clear(&scene->gate.roles);
	scene->view.keys = signer_list_free(scene->view.keys);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

static void sign(Scene *scene, char *person, char *role, char *key, int64_t expires_ms)
{
	Signoff *signoff = &scene->given[scene->gate.signoff_count++];
	*signoff = (Signoff) { .person = person, .role = role, .key = key, .decision = DECISION_YES, .expires = { expires_ms } };
	memset(signoff->subject, 'a', 64);
}

static void expect_ways_to(const Scene *scene, const char *name, Decision decision, const char *expected)
{
	SignoffWay ways[SIGNOFF_WAYS_MAX];
	AUTO_CLEAR(Buf) text = { 0 };
	size_t count = signoff_ways_to(&scene->view, &scene->context, &scene->gate, decision, ways);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s%s/%s", i ? " " : "", ways[i].signer->person, ways[i].role);
	assert_text(name, buf_text(&text), expected);
}

static void expect_ways(const Scene *scene, const char *name, const char *expected)
{
	expect_ways_to(scene, name, DECISION_YES, expected);
}

Test(signoff_ways, offer_ones_own_key_first_and_only_what_counts)
{
	AUTO_CLEAR(Scene) scene;
	scene_init(&scene);
	add_key(scene.view.keys, "bob", "SHA256:b", "engineering", true);
	add_key(scene.view.keys, "ann", "SHA256:a", "product", true);
	add_key(scene.view.keys, "cat", "SHA256:c", "product", false);
	add_key(scene.view.keys, NULL, "SHA256:d", "product", true);
	add_key(scene.view.keys, "eve", "SHA256:e", "scribe", true);
	expect_ways(&scene, "all", "ann/product bob/engineering");
}

Test(signoff_ways, never_let_one_person_or_one_key_fill_two_roles)
{
	AUTO_CLEAR(Scene) scene;
	char ann[] = "ann", product[] = "product", key[] = "SHA256:a";
	scene_init(&scene);
	add_key(scene.view.keys, "ann", "SHA256:a", "product", true);
	strlist_add(&scene.view.keys->items[0].roles, "engineering");
	add_key(scene.view.keys, "bob", "SHA256:a", "engineering", true);
	expect_ways(&scene, "before", "ann/product ann/engineering bob/engineering");
	sign(&scene, ann, product, key, NOW.ms + 1000);
	expect_ways(&scene, "after", "");
	AUTO_CLEAR(Styled) out = { 0 };
	signoff_explain(&scene.view, &scene.context, &scene.gate, &out);
	cr_assert(strstr(buf_text(&out.text), "of ann, who has signed as product; one person never fills two roles"), "%s", buf_text(&out.text));
}

Test(signoff_ways, open_again_when_a_signature_has_expired)
{
	AUTO_CLEAR(Scene) scene;
	char ann[] = "ann", product[] = "product", key[] = "SHA256:a";
	scene_init(&scene);
	add_key(scene.view.keys, "ann", "SHA256:a", "product", true);
	sign(&scene, ann, product, key, NOW.ms - 1);
	expect_ways(&scene, "expired", "ann/product");
}

Test(signoff_ways, are_none_before_the_gate_is_asked)
{
	AUTO_CLEAR(Scene) scene;
	scene_init(&scene);
	scene.gate.subject[0] = '\0';
	add_key(scene.view.keys, "ann", "SHA256:a", "product", true);
	expect_ways(&scene, "closed", "");
}

Test(signoff_ways, never_take_somebody_elses_key_unasked)
{
	AUTO_CLEAR(Scene) scene;
	char ann[] = "ann", product[] = "product", key[] = "SHA256:a";
	SignoffWay way;
	scene_init(&scene);
	add_key(scene.view.keys, "ann", "SHA256:a", "product", true);
	add_key(scene.view.keys, "bob", "SHA256:b", "engineering", true);
	cr_assert(signoff_way(&scene.view, &scene.context, &scene.gate, &way));
	assert_text("own", way.signer->person, "ann");
	sign(&scene, ann, product, key, NOW.ms + 1000);
	expect_ways(&scene, "after", "bob/engineering");
	cr_assert(!signoff_way(&scene.view, &scene.context, &scene.gate, &way));
	snprintf(scene.view.role, sizeof(scene.view.role), "engineering");
	snprintf(scene.view.fingerprint, sizeof(scene.view.fingerprint), "SHA256:b");
	cr_assert(signoff_way(&scene.view, &scene.context, &scene.gate, &way));
	signoff_forget_way(&scene.view);
	cr_assert(!signoff_way(&scene.view, &scene.context, &scene.gate, &way));
}

Test(signoff_ways, of_other_answers_are_of_those_who_can_give_them)
{
	AUTO_CLEAR(Scene) scene;
	char ann[] = "ann", product[] = "product", key[] = "SHA256:a";
	char engineering[] = "engineering";
	scene_init(&scene);
	scene.gate.solo = true;
	add_key(scene.view.keys, "ann", "SHA256:a", product, true);
	add_key(scene.view.keys, "bob", "SHA256:b", engineering, true);
	expect_ways_to(&scene, "nobody has answered", DECISION_WITHDRAW, "");
	expect_ways_to(&scene, "anybody may go on alone", DECISION_ALONE, "ann/product bob/engineering");
	expect_ways_to(&scene, "nothing was done alone", DECISION_COUNTERSIGN, "");
	sign(&scene, ann, product, key, NOW.ms + 1000);
	expect_ways_to(&scene, "one's own answer", DECISION_WITHDRAW, "ann/product");
	expect_ways_to(&scene, "alone after a yes", DECISION_ALONE, "ann/product bob/engineering");
	scene.gate.solo = false;
	expect_ways_to(&scene, "alone is not allowed", DECISION_ALONE, "");
	Override alone = { .person = ann, .role = product };
	memset(alone.subject, 'a', 64);
	strlist_add(&alone.missing, engineering);
	scene.gate.overrides = &alone;
	scene.gate.override_count = 1;
	scene.given[0].decision = DECISION_ALONE;
	expect_ways_to(&scene, "the missing role", DECISION_COUNTERSIGN, "bob/engineering");
	strlist_clear(&alone.missing);
	expect_ways_to(&scene, "countersigned", DECISION_COUNTERSIGN, "");
}

Test(signoff_ways, offer_further_people_where_more_than_roles_are_wanted)
{
	AUTO_CLEAR(Scene) scene;
	char ann[] = "ann", bob[] = "bob", carol[] = "carol", product[] = "product", engineering[] = "engineering";
	char a[] = "SHA256:a", b[] = "SHA256:b", c[] = "SHA256:c";
	scene_init(&scene);
	scene.gate.min = 3;
	add_key(scene.view.keys, ann, a, product, true);
	add_key(scene.view.keys, bob, b, engineering, true);
	add_key(scene.view.keys, carol, c, product, true);
	sign(&scene, ann, product, a, NOW.ms + 1000);
	expect_ways(&scene, "a role is missing", "bob/engineering");
	sign(&scene, bob, engineering, b, NOW.ms + 1000);
	expect_ways(&scene, "a person is missing", "carol/product");
	sign(&scene, carol, product, c, NOW.ms + 1000);
	expect_ways(&scene, "nobody is missing", "");
}
