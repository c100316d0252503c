/* Every command and action of the pages of playbooks/openedx-ha, with values filled in as a team would give them: none is found at night to be one that cannot
 * be put together. What is for another machine is refused in so many words, and so may be the other one of two alternatives. */
#include <dirent.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/walk.h"
#include "core/providers/provider.h"
#include "tests/support/support.h"

static const char VALUES[] =
	"name: x\nkind: drill\nplaybooks: [book.md]\nvalues:\n"
	"  checkout: ~/openedx-ha\n  sets: ~/openedx-backups\n  ssh_key: ~/.ssh/id_ed25519\n  tofu_folder: ~/infra\n"
	"  failed: ha2\n  role: backup\n  new_ip: '4a1:b2::22'\n  node_user: ops\n  domain: school.test\n  new_first: ha3\n  new_first_ip: '4a1:b2::3'\n  empty_place: couchdb-2\n"
	"  set_name: '20260101'\n  ip1: '4a1:b2::1'\n  ip2: '4a1:b2::2'\n  ip3: '4a1:b2::3'\n  new_backup_node_ipv6: '4a1:b2::4'\n  restore_way: job\n"
	"  survivor: ha1\n  survivor_ip: '4a1:b2::1'\n  failed_backup: ha4\n  new_backup_ip: '4a1:b2::44'\n  backup_job: manual-backup-r1\n"
	"  lms_before: lms-deployment=3\n  cms_before: cms-deployment=3\n  backup_node: ha4\n  backup_node_ipv6: '4a1:b2::4'\n"
	"  node_lan_ip: 192.168.1.11\n  node_ip: '4a1:b2::1'\n  kept_in: unit\n  practised: node\n  drill_url: https://drill.test\n"
	"  vm: vm7\n  backup_file: conf-7.tar.gz\n  backup_set: /home/openedx/20260101\n";

/* What must come out, where a value stands in a place of its own kind. */
static const char *const EXPECTED[] = {
	"./scripts/cluster/remove-node.sh ha2",
	"./scripts/cluster/add-node.sh ha2-new 4a1:b2::22 ops /home/ann/.ssh/id_ed25519 backup",
	"scp -i /home/ann/.ssh/id_ed25519 -r /home/ann/openedx-backups/20260101 ops@'[4a1:b2::4]':/tmp/openedx-restore",
	"ssh -o BatchMode=yes -i /home/ann/.ssh/id_ed25519 ops@4a1:b2::4 true",
	"kubectl config set-cluster default --server=https://[4a1:b2::1]:6443",
	"kubectl config set-cluster default --server=https://192.168.1.11:6443 --tls-server-name=4a1:b2::1",
	"ssh -o BatchMode=yes -i /home/ann/.ssh/id_ed25519 ops@4a1:b2::4 \"sudo systemd-run --unit=k3s-rescue k3s server --cluster-init --token-file /root/k3s-token "
		"--tls-san 4a1:b2::4 --node-ip 4a1:b2::4 --flannel-ipv6-masq\"",
	"kubectl -n openedx delete pvc couchdb-data-couchdb-2 --wait=false",
	"export LATEST_BACKUP=$(find /home/ann/openedx-backups -maxdepth 1 -type d -name \"20*\" | sort -r | head -1)",
	"sed -i 's/- ha4\\( \\|$\\)/- ha4-new\\1/' kubernetes/backup/backup-pv.yaml",
};

typedef struct Seen { size_t calls, terminals, elsewhere, others; bool expected[BG_LENGTH(EXPECTED)]; } Seen;

static void note(Seen *seen, const char *text)
{
	for (size_t i = 0; text && i < BG_LENGTH(EXPECTED); i++)
		seen->expected[i] = seen->expected[i] || text_eq(text, EXPECTED[i]);
}

static void try_row(const Walk *walk, const Step *step, const WalkRow *row, size_t index, Seen *seen)
{
	AUTO_CLEAR(WalkCall) call = { 0 };
	Error err = { 0 };
	bool can = walk_call(walk, step, index, false, &call, &err);
	bool other = !can && strstr(err.why, "this is not the command for ");
	bool elsewhere = !can && strstr(err.why, "not reached from here");
	cr_expect(can || other || elsewhere, "%s %s: %s (%s)", walk->playbook->path, step->id, err.why, row->line ? row->line->text : row->action->verb);
	seen->calls += can;
	seen->others += other;
	seen->elsewhere += elsewhere;
	seen->terminals += can && text_eq(json_get_string(call.args, "terminal"), "yes");
	if (can && row->line)
		note(seen, json_get_string(call.args, "text"));
}

static void try_page(const char *path, const Environment *environment, Seen *seen)
{
	AUTO(Playbook) *playbook = NULL;
	Error err = { 0 };
	assert_ok(playbook_load(path, provider_vocabulary(), &playbook, &err), &err);
	for (size_t p = 0; p < playbook->procedure_count; p++) {
		Walk walk = { .environment = environment, .playbook = playbook, .procedure = playbook->procedures[p] };
		for (size_t s = 0; s < walk.procedure->step_count; s++) {
			const Step *step = walk.procedure->steps[s];
			WalkRow rows[WALK_ROWS_MAX];
			size_t count = walk_rows(step, rows, WALK_ROWS_MAX);
			AUTO(Json) *checks = NULL;
			for (size_t i = 0; i < count; i++)
				try_row(&walk, step, &rows[i], i, seen);
			cr_expect(!step->verify_count || walk_checks(&walk, step, &checks, &err), "%s %s: %s", path, step->id, err.why);
		}
	}
}

Test(walk_shipped, every_command_of_openedx_ha_can_be_put_together)
{
	AUTO_CLEAR(TempFolder) temp = temp_folder();
	AUTO_FREE char *folder = source_path("playbooks/openedx-ha");
	AUTO(Environment) *environment = NULL;
	struct dirent **entries = NULL;
	Seen seen = { 0 };
	Error err = { 0 };
	(void) setenv("HOME", "/home/ann", 1);
	assert_ok(environment_load(temp_write(&temp, "environment.yaml", VALUES), &environment, &err), &err);
	int count = scandir(folder, &entries, NULL, alphasort);
	cr_assert_gt(count, 10);
	for (int i = 0; i < count; i++) {
		AUTO_FREE char *path = path_join(folder, entries[i]->d_name);
		if (str_ends(str_from(path), ".md") && !text_eq(entries[i]->d_name, "README.md"))
			try_page(path, environment, &seen);
		free(entries[i]);
	}
	free(entries);
	for (size_t i = 0; i < BG_LENGTH(EXPECTED); i++)
		cr_expect(seen.expected[i], "no command comes out as: %s", EXPECTED[i]);
	cr_expect_geq(seen.calls, 120u, "%zu calls, %zu others, %zu terminals", seen.calls, seen.others, seen.terminals);
	cr_expect_geq(seen.elsewhere, 5u);
	cr_expect_geq(seen.terminals, 1u);
}
