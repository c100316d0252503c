/* keys.c: the table of the environment file's keys. One more key is one more row here, its reading in load*.c, and its
 * entry in playbooks/environment.schema.json. */
#include "core/environment/keys.h"

#include "core/base/attributes.h"

static const EnvironmentKey top_keys[] = {
	{ "name", true, "What this environment is called on every screen and in every signed statement." },
	{ "kind", true, "live or drill; on a drill every screen says DRILL." },
	{ "dedicated", false, "true: it is there to be restored into. Left out: only a drill is; elsewhere a restore wants a signed reason." },
	{ "playbooks", false, "Markdown files, or folders of them, relative to this file." },
	{ "readiness", false, "false: no row on the board for what the playbooks lack here; check --environment tells it all the same." },
	{ "group", false, "A Unix group whose members may use the engine that one of them started. Left out: nobody else may." },
	{ "objective", false, "The time to restore that was promised: 60m." },
	{ "zones", false, "Time zones of those who take part, such as Europe/London: a time that is typed is shown in each before it is taken, and reports and situation reports tell times in them." },
	{ "people", false, "Who takes part, and which roles they may sign in." },
	{ "contacts", false, "Whom to call in an emergency, shown by one key on every screen." },
	{ "signers", false, "Path of the OpenSSH allowed_signers file." },
	{ "signoff", false, "How long signatures and plans count, and which keys to offer." },
	{ "systems", false, "The outside services, by name." },
	{ "probes", false, "What the board asks again and again." },
	{ "nodes", false, "The machines that are reached over SSH, and the team's cluster file." },
	{ "commands", false, "Where commands of playbooks find their programs and their home." },
	{ "values", false, "Defaults of playbook variables." },
	{ "damage", false, "Which probes tell whether the newest good backup predates the damage." },
	{ "briefing", false, "Of a drill: what has happened, and what to begin with; the board shows it." },
	{ "checkpoints", false, "Places elsewhere that keep copies of the record's checkpoints." },
	{ "announce", false, "Where what happens is posted by itself, in one thread: a slack system." },
};
static const EnvironmentKey person_keys[] = {
	{ "name", true, "The name that records show; unique." },
	{ "login", false, "The Unix login of this person on the machine of the console." },
	{ "principal", false, "The principal in the allowed_signers file, if it is not the name." },
	{ "roles", false, "The roles that this person may sign in: product, engineering." },
	{ "contact", false, "How to reach this person: a phone number, a channel." },
};
static const EnvironmentKey contact_keys[] = {
	{ "name", true, "Who it is: a person, a team, a vendor." },
	{ "role", false, "What they are called for: network on call, support contract 4711." },
	{ "phone", false, "A phone number, as it is dialled." },
	{ "mail", false, "A mail address." },
	{ "chat", false, "A channel or a handle." },
	{ "hours", false, "When they answer, with the time zone: Mon-Fri 8-18 CET." },
	{ "note", false, "What else to know: what to ask for, which number to name." },
};
static const EnvironmentKey signoff_keys[] = {
	{ "validity", false, "How long a signature counts: 15m." },
	{ "badge", false, "How long a badge in a shared terminal holds: 15m." },
	{ "plan-age", false, "How old a plan may be when it is signed: 10m." },
	{ "agents", false, "Sockets of ssh-agents to ask beside the one of SSH_AUTH_SOCK: a forwarded one that a session left behind. ~/ is the home of whoever signs." },
	{ "keys", false, "Private key files to offer beside the ssh-agent; ~/ is the home of whoever signs." },
	{ "solo", false, "yes: one person may go on alone, with a reason; it stays in the ledger until the missing role countersigns." },
	{ "codes", false, "Path of a file of one-time code secrets, PERSON SECRET a line, for the engine alone. Weaker than keys; left out: no codes." },
	{ "revoked", false, "Path of a list of keys that no longer count: public keys, one a line, or a KRL of ssh-keygen -k." },
};
static const EnvironmentKey system_keys[] = {
	{ "provider", true, "Which adapter speaks to it: aws, azure, backup, concourse, couchdb, fastly, github, s3, http, mycelium, slack, trello." },
};
static const EnvironmentKey secret_keys[] = {
	{ "env", false, "Name of the environment variable that holds the secret." },
	{ "file", false, "Path of a file that only its owner can read." },
	{ "command", false, "A program and its arguments; its output is the secret." },
	{ "flyrc", false, "Target in ~/.flyrc whose token it is." },
	{ "profile", false, "AWS profile, as in ~/.aws/config and ~/.aws/credentials." },
};
static const EnvironmentKey probe_keys[] = {
	{ "name", true, "How the board calls it; unique." },
	{ "probe", true, "The provider's probe: concourse.job." },
	{ "system", false, "The system that is asked." },
	{ "every", false, "How often: 30s." },
	{ "deadline", false, "How long one look may take: 10s." },
	{ "budget", false, "How long a good answer stays good; older is stale." },
};
static const EnvironmentKey damage_keys[] = {
	{ "live", false, "Name of the probe that sees the newest change of the live content." },
	{ "backup", false, "Name of the probe that sees the backup job's last run." },
	{ "bucket", false, "Name of the probe that sees the newest object of the backup bucket." },
	{ "since", false, "Name of the playbook value that says when the damage began." },
};

static const EnvironmentKey checkpoint_keys[] = {
	{ "name", true, "How the board calls the place; unique among probes and places." },
	{ "folder", false, "A folder that is there already, on another disk or a share." },
	{ "system", false, "Instead of folder: the s3 system whose bucket it is." },
	{ "bucket", false, "Name of the bucket." },
	{ "prefix", false, "What the keys in the bucket begin with: breakglass/" },
	{ "every", false, "How often the place is looked at when nothing is new: 60s." },
};

static const EnvironmentKey nodes_keys[] = {
	{ "cluster", false, "Path of the team's cluster-config.json, which is read as it is." },
	{ "list", false, "Further nodes, one by one." },
	{ "published", false, "Path of a cluster file whose nodes and domain are those of DNS, where the nodes above are reached by other addresses." },
	{ "lan", false, "Addresses in the local network of nodes that stand in the cluster file: node1: 192.168.1.11" },
	{ "sign-off", false, "Roles that sign a command on nodes before it is sent; left out: nobody has to." },
	{ "known-hosts", false, "Files of known host keys; left out: ssh's own." },
	{ "backups", false, "The folder on backup nodes that holds the backups, from the home of the node's user: backups" },
	{ "every", false, "How often each node is looked at: 30s." },
	{ "deadline", false, "How long one look may take: 10s." },
	{ "budget", false, "How long a good answer stays good; older is stale." },
};
static const EnvironmentKey node_keys[] = {
	{ "name", true, "How the board calls it; unique among nodes and probes." },
	{ "address", true, "Its address; a literal one needs no DNS." },
	{ "user", true, "The login there." },
	{ "port", false, "Where its sshd listens, if not 22." },
	{ "key", false, "Path of the private key; left out: the ssh-agent's and the usual ones." },
	{ "role", false, "master+worker, master, worker or backup." },
	{ "lan", false, "Its address in the local network, tried and shown beside when the usual one does not answer." },
	{ "jump", false, "The host to go through, as for ssh -J." },
	{ "backups", false, "On a backup node: the folder that holds the backups." },
};

static const EnvironmentKey commands_keys[] = {
	{ "path", false, "Folders that are searched for programs before those of PATH." },
	{ "home", false, "The folder that commands begin in and take for their home; left out: the home of the engine's login." },
};

static const EnvironmentKey briefing_keys[] = {
	{ "story", true, "What has happened, in a few sentences." },
	{ "procedure", false, "The id of the procedure that fits; left out: those who practise find it themselves." },
};
static const EnvironmentKey announce_keys[] = {
	{ "system", true, "The slack system that posts." },
	{ "channel", false, "Id of the channel; left out: the system's own." },
};

#define KEYS(array) .keys = (array), .count = BG_LENGTH(array)
const EnvironmentKeys ENVIRONMENT_KEYS[KEY_SECTION_COUNT] = {
	[KEYS_TOP] = { .title = "the environment", KEYS(top_keys) },
	[KEYS_PERSON] = { .title = "a person", .schema_name = "person", KEYS(person_keys) },
	[KEYS_CONTACT] = { .title = "a contact", .schema_name = "contact", KEYS(contact_keys) },
	[KEYS_SIGNOFF] = { .title = "signoff", .schema_name = "signoff", KEYS(signoff_keys) },
	[KEYS_SYSTEM] = { .title = "a system", .schema_name = "system", .open = true, KEYS(system_keys) },
	[KEYS_SECRET] = { .title = "the source of a secret", .schema_name = "secret", KEYS(secret_keys) },
	[KEYS_PROBE] = { .title = "a probe", .schema_name = "probe", .open = true, KEYS(probe_keys) },
	[KEYS_CHECKPOINT] = { .title = "a place for checkpoints", .schema_name = "checkpoint", KEYS(checkpoint_keys) },
	[KEYS_NODES] = { .title = "nodes", .schema_name = "nodes", KEYS(nodes_keys) },
	[KEYS_NODE] = { .title = "a node", .schema_name = "node", KEYS(node_keys) },
	[KEYS_ANNOUNCE] = { .title = "announce", .schema_name = "announce", KEYS(announce_keys) },
	[KEYS_COMMANDS] = { .title = "commands", .schema_name = "commands", KEYS(commands_keys) },
	[KEYS_BRIEFING] = { .title = "the briefing", .schema_name = "briefing", KEYS(briefing_keys) },
	[KEYS_DAMAGE] = { .title = "damage", .schema_name = "damage", KEYS(damage_keys) },
};
#undef KEYS
