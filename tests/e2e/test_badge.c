/* A shared terminal: the login is ann's; who is at the keys is proved by signing a challenge, and only that counts. */
#include "core/base/alloc.h"
#include "core/engine/signer.h"
#include "core/signoff/key_file.h"
#include "scene.h"

#define BADGE "badge@breakglass"
static const char BOOK[] = "# Notes\n\n## Walk it\n<!-- bg procedure id=walk -->\n\n1. Look around.\n";

static Scene shared_terminal(const char *more) {
	Scene scene = scene_new(BOOK, more);
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it broke");
	return scene;
}

static char *journal_of(const Scene *scene) {
	AUTO_FREE char *incident = scene_incident(scene);
	AUTO_FREE char *path = bg_asprintf("%s/journal.jsonl", incident);
	return read_text(path);
}

Test(badge, acts_bear_the_name_of_whoever_proved_to_type) {
	AUTO_CLEAR(Scene) scene = shared_terminal("signoff: { keys: [SCENE/ann, SCENE/bob] }\n");
	scene_ok(&scene, "--as", "bob", "note", "bob was here");
	scene_ok(&scene, "note", "ann was here");
	AUTO_FREE char *journal = journal_of(&scene);
	cr_assert(strstr(journal, "{\"who\":\"bob\",\"how\":\"key\"},\"type\":\"note.added\""), "%s", journal);
	cr_assert(strstr(journal, "{\"who\":\"ann\",\"how\":\"uid\"},\"type\":\"note.added\""), "%s", journal);
	scene_refused(&scene, 1, "none of the 2 keys at hand is carol's", "--as", "carol", "note", "x");
	scene_ok(&scene, "verify");
}

Test(badge, an_observer_stays_one) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "signoff: { keys: [SCENE/ann, SCENE/bob] }\n");
	scene_make_keys(&scene);
	AUTO_FREE char *text = read_text(scene.environment);
	char *roles = strstr(text, "roles: [engineering]");
	AUTO_FREE char *changed = bg_asprintf("%.*sroles: [observer]%s", (int) (roles - text), text, roles + strlen("roles: [engineering]"));
	temp_write(&scene.folder, "environment.yaml", changed);
	scene_ok(&scene, "declare", "it broke");
	scene_refused(&scene, 1, "observer", "--as", "bob", "note", "x");
}

static bool badge(Client *client, const Scene *scene, const char *key, const char *name_space, const char *person, const char *other_text,
	Error *err) {
	AUTO(Json) *challenge = NULL;
	AUTO(PrivateKey) *loaded = NULL;
	AUTO_CLEAR(Buf) signature = {0};
	Error why = {0};
	(void) scene;
	cr_assert(scene_ask(client, ASK_CHALLENGE, json_new_object(), &challenge, &why), "%s", why.why);
	assert_ok(private_key_load(key, &loaded, &why), &why);
	const char *text = other_text ? other_text : json_get_string(challenge, "text");
	assert_ok(private_key_sign_message(loaded, name_space, str_from(text), &signature, &why), &why);
	Json *args = json_new_object();
	json_add_string(args, "person", person);
	json_add_string(args, "signature", buf_text(&signature));
	error_clear(err);
	return scene_ask(client, ASK_BADGE, args, NULL, err);
}

Test(badge, is_refused_to_whoever_cannot_prove_it) {
	AUTO_CLEAR(Scene) scene = shared_terminal("");
	AUTO_FREE char *ann = bg_strdup(scene_key(&scene, "ann"));
	AUTO_FREE char *bob = bg_strdup(scene_key(&scene, "bob"));
	Client *client = scene_client(&scene, false);
	Error err = {0};
	cr_expect(!badge(client, &scene, ann, BADGE, "bob", NULL, &err) && strstr(err.why, "not that person's"), "%s", err.why);
	cr_expect(!badge(client, &scene, bob, "signoff@breakglass", "bob", NULL, &err) && strstr(err.why, "namespace"), "%s", err.why);
	cr_expect(!badge(client, &scene, bob, BADGE, "bob", "breakglass-badge: 1\n", &err) && strstr(err.why, "does not fit"), "%s", err.why);
	cr_expect(!badge(client, &scene, bob, BADGE, "carol", NULL, &err) && strstr(err.why, "no person carol"), "%s", err.why);
	/* Without a challenge, or with one that was answered already. */
	cr_expect(badge(client, &scene, bob, BADGE, "bob", NULL, &err), "%s", err.why);
	cr_expect(!scene_ask(client, ASK_BADGE, scene_args("{'person':'bob','signature':'x'}"), NULL, &err)
		&& strstr(err.why, "no challenge to answer"), "%s", err.why);
	/* Taken off, the login acts again. */
	cr_expect(scene_ask(client, ASK_NOTE, scene_args("{'text':'by bob'}"), NULL, &err), "%s", err.why);
	cr_expect(scene_ask(client, ASK_UNBADGE, json_new_object(), NULL, &err), "%s", err.why);
	cr_expect(scene_ask(client, ASK_NOTE, scene_args("{'text':'by ann'}"), NULL, &err), "%s", err.why);
	client_close(client);
	AUTO_FREE char *journal = journal_of(&scene);
	cr_expect(strstr(journal, "{\"who\":\"bob\",\"how\":\"key\"},\"type\":\"note.added\",\"data\":{\"text\":\"by bob\"}"), "%s", journal);
	cr_expect(strstr(journal, "{\"who\":\"ann\",\"how\":\"uid\"},\"type\":\"note.added\",\"data\":{\"text\":\"by ann\"}"), "%s", journal);
}

/* When it has run out, nobody acts under the other name without knowing: the first act is refused. */
Test(badge, runs_out_with_a_word_about_it) {
	AUTO_CLEAR(Scene) scene = shared_terminal("signoff: { badge: 1ms }\n");
	AUTO_FREE char *bob = bg_strdup(scene_key(&scene, "bob"));
	Client *client = scene_client(&scene, false);
	Error err = {0};
	cr_assert(badge(client, &scene, bob, BADGE, "bob", NULL, &err), "%s", err.why);
	size_t notes = 0;
	while (notes < 1000 && scene_ask(client, ASK_NOTE, scene_args("{'text':'by bob'}"), NULL, &err))
		notes++;
	cr_expect(strstr(err.why, "the badge of bob has run out: you are ann again"), "%s", err.why);
	cr_expect(scene_ask(client, ASK_NOTE, scene_args("{'text':'by ann'}"), NULL, &err), "%s", err.why);
	client_close(client);
}

/* A roster of another tool may restrict its keys: what is missing is said as it is to be written. */
Test(badge, wants_its_namespace_and_says_which) {
	AUTO_CLEAR(Scene) scene = shared_terminal("signoff: { keys: [SCENE/bob] }\n");
	AUTO_FREE char *allowed = read_text(temp_path(&scene.folder, "allowed_signers"));
	const char *key = strstr(strstr(allowed, "bob@example.org"), "ssh-");
	AUTO_FREE char *narrow = bg_asprintf("bob@example.org namespaces=\"signoff@breakglass\" %s", key);
	temp_write(&scene.folder, "allowed_signers", narrow);
	scene_refused(&scene, 1, "namespaces=\"signoff@breakglass,badge@breakglass\"", "--as", "bob", "note", "x");
	AUTO_FREE char *wide = bg_asprintf("bob@example.org namespaces=\"signoff@breakglass,badge@breakglass\" %s", key);
	temp_write(&scene.folder, "allowed_signers", wide);
	scene_ok(&scene, "--as", "bob", "note", "x");
}
