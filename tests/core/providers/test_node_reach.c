/* How machines are told apart that cannot be reached, or not as usual: real OpenSSH at addresses of the overlay, in a network of the test's own, and a
 * Mycelium daemon that knows some of the ways there (its answers as in test_mycelium.c). Where no such network is permitted, the test is skipped. */
#include <pthread.h>

#include "core/base/alloc.h"
#include "core/providers/node/sweep.h"
#include "fixture.h"
#include "tests/support/loopback.h"
#include "tests/support/overlay_net.h"
#include "tests/support/sshd.h"

#define LOOK_MS 60000                /* a real server has to answer within, on a machine that may have much to do */
#define LOST_MS 1200                 /* for one that never does */
#define MUTE_MS 6000                 /* it is connected to within the half of it, on such a machine, too */
#define QUIET_MS 1000000
#define NET "4a1:b2:"
#define NODES 12

#define PEER(socket, state) "{\"endpoint\":{\"proto\":\"tcp\",\"socketAddr\":\"" socket "\"},\"type\":\"static\",\"connectionState\":\"" state "\"," \
	"\"txBytes\":1,\"rxBytes\":1,\"discovered\":12,\"lastConnected\":3}"

typedef struct World {
	TempFolder folder;
	TestSshd *first, *rsa;
	Loopback *daemon;
	SlowRelay *relay;
	int hole, silent;
	Environment *environment;
	pthread_mutex_t lock;
	pthread_cond_t more;
	Reading readings[NODES];
	bool told[NODES];
} World;

/* node "holed" went over a peer that is dead now; "gone" has no route at all. */
static void answer(void *userdata, const LoopbackRequest *request, LoopbackReply *reply)
{
	(void) userdata;
	buf_puts(&reply->headers, "content-type: application/json\r\n");
	if (text_eq(request->target, "/api/v1/admin/peers"))
		buf_puts(&reply->body, "[" PEER("192.0.2.6:9651", "alive") "," PEER("192.0.2.7:9651", "dead") "]");
	else if (text_eq(request->target, "/api/v1/admin/routes/selected"))
		buf_puts(&reply->body, "[{\"subnet\":\"" NET "ded::/64\",\"nextHop\":\"TCP 192.0.2.1:60128 <-> 192.0.2.7:9651\",\"metric\":\"infinite\",\"seqno\":1}]");
	else
		reply->status = 404;
}

static void found(void *userdata, size_t index, Reading *reading)
{
	World *world = userdata;
	pthread_mutex_lock(&world->lock);
	reading_clear(&world->readings[index]);
	world->readings[index] = *reading;
	*reading = (Reading) { 0 };
	world->told[index] = true;
	pthread_cond_broadcast(&world->more);
	pthread_mutex_unlock(&world->lock);
}

static void known(World *world, const char *address, int port, const TestSshd *sshd, Buf *out)
{
	AUTO_FREE char *lines = test_sshd_known_line(sshd);
	(void) world;
	for (Str rest = str_from(lines), line; str_next_line(&rest, &line);)
		buf_printf(out, "[%s]:%d%.*s\n", address, port, STR_ARG(str_slice(line, (size_t) str_find_char(line, ' '), line.len)));
}

static void start_servers(World *world)
{
	world->first = test_sshd_start(&world->folder, "first", &(TestSshdOptions) { .host_key_types = "ed25519", .port = 2201,
		.config = "ListenAddress [" NET ":11]:2201\nListenAddress [" NET ":12]:2201\n" });
	world->rsa = test_sshd_start(&world->folder, "rsa", &(TestSshdOptions) { .host_key_types = "rsa", .port = 2202, .config = "ListenAddress [" NET ":13]:2202\n" });
	test_sshd_wait_log(world->first, "Server listening on " NET ":11");
	test_sshd_wait_log(world->first, "Server listening on " NET ":12");
	test_sshd_wait_log(world->rsa, "Server listening on " NET ":13");
	world->daemon = loopback_start(answer, NULL);
	world->relay = slow_relay_start(NET ":14", 2201, 2201, 60);
	world->silent = overlay_net_silent(NET ":15", 2201);
}

static void row(World *world, const char *name, const char *address, int port, const char *more, Buf *out)
{
	buf_printf(out, "    - { name: %s, address: '%s', port: %d, user: %s, key: %s%s }\n", name, address, port, test_login(), test_sshd_key(&world->folder), more);
}

static void load(World *world)
{
	AUTO_CLEAR(Buf) hosts = { 0 };
	AUTO_CLEAR(Buf) text = { 0 };
	Error err = { 0 };
	known(world, NET ":11", 2201, world->first, &hosts);
	known(world, NET ":13", 2202, world->rsa, &hosts);
	known(world, NET ":14", 2201, world->first, &hosts);
	known(world, NET ":99", 2201, world->first, &hosts);
	/* The machine at :12 was rebuilt since: it is known by another key. */
	const char *other = test_key(&world->folder, "other", "ed25519", "");
	AUTO_FREE char *public_path = bg_asprintf("%s.pub", other);
	AUTO_FREE char *public_key = read_text(public_path);
	buf_printf(&hosts, "[" NET ":12]:2201 %s", public_key);
	buf_printf(&text, "name: test\nkind: drill\nsystems:\n  overlay: { provider: mycelium, url: '%s' }\nnodes:\n  known-hosts: %s\n  list:\n",
		loopback_url(world->daemon), temp_write(&world->folder, "hosts", buf_text(&hosts)));
	row(world, "good", NET ":11", 2201, "", &text);
	row(world, "killed", NET ":11", 2299, "", &text);
	row(world, "gone", NET "99::99", 2201, "", &text);
	row(world, "holed", NET "ded::1", 2201, "", &text);
	row(world, "slow", NET ":14", 2201, "", &text);
	row(world, "rebuilt", NET ":12", 2201, "", &text);
	row(world, "rsa", NET ":13", 2202, "", &text);
	row(world, "mute", NET ":15", 2201, "", &text);
	row(world, "lan", NET ":99", 2201, ", lan: 127.0.0.1", &text);
	row(world, "lanless", NET ":98", 2201, ", lan: 127.0.0.9", &text);
	assert_ok(environment_parse(buf_str(&text), temp_path(&world->folder, "e.yaml"), &world->environment, &err), &err);
	assert_ok(provider_check_environment(world->environment, &err), &err);
}

static const struct { const char *name, *outcome, *overlay, *lan, *text, *reason; ReadingState state; } rows[] = {
	{ "good", "answered", NULL, NULL, "load ", "", READING_WARN },
	{ "killed", "refused", NULL, NULL, "connection refused", "is sshd running there", READING_FAIL },
	{ "gone", "no route", "no route", NULL, "no route to the address", "which alone does not mean that it is down", READING_UNKNOWN },
	{ "holed", "timed out", "no route, peer dead", NULL, "no route to holed, its peer tcp://192.0.2.7:9651 is dead", "nothing answered at the address", READING_UNKNOWN },
	{ "slow", "answered", NULL, NULL, "load ", "", READING_WARN },
	{ "rebuilt", "host key changed", NULL, NULL, "its host key changed: it shows SHA256:", "was it rebuilt?", READING_FAIL },
	{ "rsa", "answered", NULL, NULL, "via ssh: its known host key is an RSA key", "", READING_WARN },
	{ "mute", "no banner", NULL, NULL, "no SSH banner", "something listens there", READING_FAIL },
	{ "lan", "no route", "no route", "answered", "by its LAN address 127.0.0.1 only: load ", "no route to the address", READING_WARN },
	{ "lanless", "no route", "no route", "refused", "no route to the address", "its LAN address 127.0.0.9: connection refused", READING_UNKNOWN },
};

static void world_clear(World *world)
{
	for (size_t i = 0; i < NODES; i++)
		reading_clear(&world->readings[i]);
	environment_free(world->environment);
	slow_relay_free(world->relay);
	loopback_free(world->daemon);
	test_sshd_free(world->first);
	test_sshd_free(world->rsa);
	bg_close_fd(&world->hole);
	bg_close_fd(&world->silent);
	if (world->folder.path)
		temp_folder_clear(&world->folder);
}
BG_DEFINE_CLEARP(World, world_clear)

Test(node_reach, each_way_to_be_out_of_reach_is_told_apart)
{
	static const char *const addresses[] = { NET ":11", NET ":12", NET ":13", NET ":14", NET ":15" };
	AUTO_CLEAR(World) world = { .hole = -1, .silent = -1 };
	NodeSweepItem items[BG_LENGTH(rows)];
	if (!have_sshd())
		cr_skip_test("there is no sshd here");
	overlay_net_need();
	for (size_t i = 0; i < BG_LENGTH(addresses); i++)
		overlay_net_address(addresses[i]);
	world.hole = overlay_net_hole(NET "ded::");
	if (world.hole < 0)
		cr_skip_test("no TUN device can be made here");
	world.folder = temp_folder();
	start_servers(&world);
	load(&world);
	pthread_mutex_init(&world.lock, NULL);
	pthread_cond_init(&world.more, NULL);
	for (size_t i = 0; i < BG_LENGTH(rows); i++) {
		assert_text("node", world.environment->nodes[i].name, rows[i].name);
		items[i] = (NodeSweepItem) { .node = &world.environment->nodes[i], .every_ms = QUIET_MS, .deadline_ms = text_eq(rows[i].name, "holed") ? LOST_MS : text_eq(rows[i].name, "mute") ? MUTE_MS : LOOK_MS };
	}
	NodeSweepOwner owner = { .found = found, .userdata = &world };
	AUTO(NodeSweep) *sweep = NULL;
	Error err = { 0 };
	assert_ok(node_sweep_start(world.environment, items, BG_LENGTH(rows), &owner, &sweep, &err), &err);
	pthread_mutex_lock(&world.lock);
	for (size_t i = 0; i < BG_LENGTH(rows); i++)
		while (!world.told[i])
			pthread_cond_wait(&world.more, &world.lock);
	pthread_mutex_unlock(&world.lock);
	for (size_t i = 0; i < BG_LENGTH(rows); i++) {
		const Reading *reading = &world.readings[i];
		const char *overlay = json_get_string(reading->facts, "overlay"), *lan = json_get_string(reading->facts, "lan");
		assert_text(rows[i].name, json_get_string(reading->facts, "outcome"), rows[i].outcome);
		cr_expect(rows[i].overlay ? text_eq(overlay, rows[i].overlay) : !overlay, "%s: overlay is %s", rows[i].name, overlay);
		cr_expect(rows[i].lan ? text_eq(lan, rows[i].lan) : !lan, "%s: lan is %s", rows[i].name, lan);
		cr_expect(strstr(reading->text, rows[i].text), "%s: %s", rows[i].name, reading->text);
		cr_expect(!*rows[i].reason || strstr(reading->reason, rows[i].reason), "%s: %s", rows[i].name, reading->reason);
		cr_expect(rows[i].state == reading->state || (rows[i].state == READING_WARN && reading->state != READING_UNKNOWN && !overlay), "%s: %s", rows[i].name,
			reading_state_name(reading->state));
	}
}
