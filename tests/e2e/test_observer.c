/* An observer looks on: whatever their client sends, nothing of it is done. The requests come from the protocol's own table, so that one
 * more is asked for by itself. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "scene.h"

static const char BOOK[] =
	"# Counting\n"
	"<!-- bg var target ask=\"Which target?\" match=\"<target>\" -->\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Count the <target>.\n\n"
	"   ```sh\n"
	"   echo <target> >> SCENE/one\n"
	"   ```\n"
	"2. Look around.\n";

/* One set of words in which every request finds all that it could want; and lies about who asks. */
static Json *any_args(void) {
	return scene_args("{'title':'x','drill':false,'reason':'x','to':'bob','text':'x','name':'target','value':'doors','playbook':'book.md',"
		"'procedure':'walk','run':'r1','how':'done','step':'2','index':0,'as':'note','digest':'%064d','confirm':'y','confirmed':true,'job':1,"
		"'action':1,'gate':'danger','statement':'x','signature':'x','code':'123456','person':'ann','keys':[],"
		"'who':'bob','uid':0,'roles':['engineering'],'observer':false}", 0);
}

static void make_observer(const Scene *scene) {
	AUTO_FREE char *text = read_text(scene->environment);
	char *roles = strstr(text, "roles: [product]");
	AUTO_FREE char *changed = bg_asprintf("%.*sroles: [product, observer]%s", (int) (roles - text), text, roles + strlen("roles: [product]"));
	temp_write((TempFolder *) (uintptr_t) &scene->folder, "environment.yaml", changed);
}

Test(observer, can_do_nothing_whatever_the_client_sends) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "engine", "stop");
	make_observer(&scene);
	AUTO(Client) *client = scene_client(&scene, true);
	int pid = scene_engine_pid(&scene);
	size_t before = scene_records(&scene), acting = 0;
	for (int i = 0; i < ASK_COUNT; i++) {
		Error err = {0};
		bool ok = scene_ask(client, (AskName) i, any_args(), NULL, &err);
		if (!ask_acts((AskName) i)) {
			cr_expect(ok || !strstr(err.why, "observer"), "%s only looks: %s", ask_name((AskName) i), err.why);
			continue;
		}
		acting++;
		cr_expect(!ok && err.kind == ERROR_DENIED && strstr(err.why, "observer"), "%s: %s", ask_name((AskName) i), ok ? "done" : err.why);
	}
	/* Neither those that are refused nor those that only look have left anything behind. */
	cr_expect_eq(scene_records(&scene), before, "something was recorded");
	cr_expect_eq(scene_engine_pid(&scene), pid, "the engine was ended");
	cr_expect_eq(scene_lines(&scene, "one"), 0);
	cr_expect(acting >= 15, "only %zu requests act", acting);
}

/* The words are such that the same requests are done for somebody who may act: the refusals above are not for want of a word. */
Test(observer, is_refused_what_others_may) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	AUTO(Client) *client = scene_client(&scene, false);
	static const AskName DONE[] = {ASK_NOTE, ASK_FACT, ASK_HANDOVER, ASK_SET, ASK_TICK, ASK_UNTICK, ASK_SKIP};
	for (size_t i = 0; i < BG_LENGTH(DONE); i++) {
		Error err = {0};
		size_t before = scene_records(&scene);
		Json *args = any_args();
		if (DONE[i] == ASK_NOTE)
			json_add_string(args, "as", "improvement");   /* as what a step is taken is another word */
		cr_expect(scene_ask(client, DONE[i], args, NULL, &err), "%s: %s", ask_name(DONE[i]), err.why);
		cr_expect_eq(scene_records(&scene), before + 1, "%s", ask_name(DONE[i]));
	}
	AUTO_FREE char *incident = scene_incident(&scene);
	AUTO_FREE char *path = bg_asprintf("%s/journal.jsonl", incident);
	AUTO_FREE char *text = read_text(path);
	cr_expect(!strstr(text, "\"who\":\"bob\""), "who asks was taken from what the client says: %s", text);
}
