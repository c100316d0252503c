/* What the real program asks of the world for a person who is about to decide. */
#include "core/base/alloc.h"
#include "scene.h"
#include "tests/support/name_server.h"

static const char BOOK[] = "# Book\n\n## Walk\n<!-- bg procedure id=walk -->\n\n1. Publish the records.\n   <!-- bg do dns.zone -->\n";

#define CLUSTER "{\"domain\": \"school.example.test\", \"nodes\": [" \
	"{\"name\": \"node1\", \"ipv6\": \"4a1:b2::11\", \"user\": \"admin\", \"role\": \"master+worker\", \"is_first_master\": true}," \
	"{\"name\": \"node2\", \"ipv6\": \"4a1:b2::12\", \"user\": \"admin\", \"role\": \"master+worker\"}]}"

static const NameRow ROWS[] = {{"school.example.test", 28, "4a1:b2::11", 300}, {"school.example.test", 28, "4a1:b2::9", 300},
	{"studio.school.example.test", 28, "4a1:b2::11", 300}, {"studio.school.example.test", 28, "4a1:b2::12", 300}, {"monitoring.school.example.test", 28, "4a1:b2::11", 300}, {0}};

Test(looks, the_records_to_publish_are_written_by_a_command_and_by_a_step)
{
	AUTO(NameServer) *server = name_server_start("127.0.0.1", ROWS, NAME_WHOLE);
	AUTO_FREE char *more = bg_asprintf("nodes:\n  cluster: cluster-config.json\nsystems:\n  names: { provider: dns, servers: ['%s'] }\n", name_server_at(server));
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, more);
	temp_write(&scene.folder, "cluster-config.json", CLUSTER);
	scene_ok(&scene, "nodes", "--dns");
	AUTO_FREE char *missing = bg_asprintf("school.example.test. IN AAAA 4a1:b2::12             ; not yet on %s\n", name_server_at(server));
	AUTO_FREE char *old = bg_asprintf("; take out: school.example.test. IN AAAA 4a1:b2::9, still on %s\n", name_server_at(server));
	cr_assert(scene_says(&scene, missing) && scene_says(&scene, old), "%s", scene.said);
	cr_assert(scene_says(&scene, "monitoring.school.example.test. IN AAAA 4a1:b2::11  ; is so now\n"), "%s", scene.said);
	cr_assert_eq(scene_engine_pid(&scene), 0);   /* no engine is needed for it */
	scene_ok(&scene, "nodes", "--dns", "--json");
	cr_assert(scene_says(&scene, "\"not_on\"") && scene_says(&scene, "\"take_out\""), "%s", scene.said);
	scene_ok(&scene, "declare", "--drill", "records");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	scene_ok(&scene, "apply", "1");
	cr_assert(scene_says(&scene, missing), "%s", scene.said);
}
