/* Everything that the two guides to openedx-ha hold (backup and restore, "2."; disaster recovery, "4."), and where it is in what ships: a text that must
 * stand in that file. An item that is lost fails here. Gaps of the guides ("mended") that code mends are in the second table. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/provider.h"
#include "tests/support/support.h"

#define FIRST_GUIDE 44    /* items 2.01 to 2.44 */
#define SECOND_GUIDE 54   /* items 4.01 to 4.54 */

typedef struct Item { const char *id, *what, *file, *text; } Item;

static const Item ITEMS[] = {
	{ "2.01", "tier 1", "backup.md", "From production to the backup machine" },
	{ "2.02", "tier 2", "backup.md", "a daily set becomes a weekly one, a weekly one a monthly one" },
	{ "2.03", "tier 3", "backup.md", "on demand, on somebody's own machine, off line" },
	{ "2.04", "time of the daily run", "backup.md", "every day at 1:00 (1:00 AM" },
	{ "2.05", "weeks kept", "backup.md", "the last 4 weeks |" },
	{ "2.05", "weeks are looked for", "backup.md", "verify backup.rotation age<26h missing=0" },
	{ "2.06", "months kept", "backup.md", "the last 12 months |" },
	{ "2.07", "dumps", "backup.md", "Dumps of all databases of CouchDB" },
	{ "2.07", "configuration", "backup.md", "Virtual machines: configuration files in an archive" },
	{ "2.07", "uploads", "backup.md", "Files that people uploaded" },
	{ "2.07", "logs", "backup.md", "the system's logs" },
	{ "2.08", "copy the script", "backup.md", "cp backup/local/fetch-openedx-backup.sh ~/" },
	{ "2.09", "edit it", "backup.md", "the address of the backup VM, and your SSH key" },
	{ "2.10", "make it executable", "backup.md", "chmod +x fetch-openedx-backup.sh" },
	{ "2.11", "run it", "backup.md", "./fetch-openedx-backup.sh" },
	{ "2.12", "what it does", "backup.md", "it connects, downloads, compares, reads the set to its end, stores it in a folder of its date" },
	{ "2.13", "how many stay", "backup.md", "do backup.fetch keep=10" },
	{ "2.14", "new infrastructure", "vm-restore.md", "Deploy new infrastructure using OpenTofu" },
	{ "2.14", "applied", "vm-restore.md", "tofu apply recovery.plan" },
	{ "2.15", "on each machine", "vm-restore.md", "On **each** machine" },
	{ "2.15", "home", "vm-restore.md", "cd /home/openedx" },
	{ "2.15", "unpack", "vm-restore.md", "tar -xzvf backup_file.tar.gz" },
	{ "2.15", "folder", "vm-restore.md", "cd openedx-ha docker-compose up -d" },
	{ "2.16", "on the first", "vm-restore.md", "On the **first** machine" },
	{ "2.16", "folder", "vm-restore.md", "cd /home/openedx/openedx-ha/scripts ./restore-couchdb.sh /path/to/backup" },
	{ "2.17", "one new machine", "vm-restore.md", "Deploy a new machine using OpenTofu" },
	{ "2.18", "join", "vm-restore.md", "cd /home/openedx/openedx-ha/scripts ./join-cluster.sh" },
	{ "2.19", "data come by themselves", "vm-restore.md", "The data come from the other nodes by themselves" },
	{ "2.20", "data only", "vm-restore.md", "cd /home/openedx/openedx-ha/scripts ./restore-data.sh /path/to/backup" },
	{ "2.20", "data only, k3s", "restore.md", "do couchdb.restore from=${sets}/${set_name}" },
	{ "2.21", "verify", "vm-restore.md", "cd /home/openedx/openedx-ha/scripts ./verify-backup.sh /path/to/backup" },
	{ "2.21", "regularly", "backup.md", "timer due backup-check every=7d" },
	{ "2.22", "last line of defence", "backup.md", "it is the last line of defence" },
	{ "2.23", "courses", "backup.md", "courses and their structure; users, their enrolments and progress; the schema" },
	{ "2.23", "configuration", "backup.md", "Configuration and customisations" },
	{ "2.24", "encrypted drive", "prepare.md", "Store the sets on an encrypted drive" },
	{ "2.25", "second copy", "prepare.md", "an external drive, encrypted as well, unplugged" },
	{ "2.26", "damage and theft", "prepare.md", "from damage and from theft" },
	{ "2.27", "verify regularly", "prepare.md", "./verify-backup.sh ~/openedx-backups/LATEST_DATE" },
	{ "2.27", "by machine", "prepare.md", "verify backup.sets verified=yes" },
	{ "2.28", "at once", "prepare.md", "address what is wrong at once" },
	{ "2.29", "notes", "prepare.md", "notes on every custom configuration" },
	{ "2.30", "credentials", "prepare.md", "a copy of your infrastructure's credentials securely" },
	{ "2.31", "registrar", "prepare.md", "the registrar of your domain" },
	{ "2.32", "quarterly", "drill.md", "At least once per quarter" },
	{ "2.32", "reminder", "drill.md", "timer due drill every=90d" },
	{ "2.33", "test environment", "drill.md", "a duplicate test environment, with reduced resources" },
	{ "2.34", "local set", "drill.md", "Restore from the **local** set" },
	{ "2.35", "application", "drill.md", "Verify that the application works" },
	{ "2.36", "document", "drill.md", "Document every issue, and what solved it" },
	{ "2.37", "link", "backup.md", "[Everything is lost](complete-loss.md)" },
	{ "2.38", "before", "prepare.md", "The time to set this up is before it is needed" },
	{ "2.39", "contact", "environment.yaml", "name: Website admin, role: named by both guides" },
	{ "2.40", "systems", "vm-restore.md", "OpenTofu" },
	{ "2.40", "systems", "README.md", "with docker-compose on each, and a backup VM" },
	{ "2.41", "asked for", "vm-restore.md", "replaces=backup_file.tar.gz" },
	{ "2.41", "asked for", "vm-restore.md", "match=\"/path/to/backup\"" },
	{ "2.41", "asked for", "backup.md", "replaces=LATEST_DATE" },
	{ "2.42", "membership", "vm-restore.md", "verify couchdb.cluster state=cluster_finished within=1h" },
	{ "2.42", "documents", "vm-restore.md", "The documents of the dumps are there" },
	{ "2.42", "the site", "vm-restore.md", "verify http url=https://${domain} status=200" },
	{ "2.43", "labelled", "vm-restore.md", "**Generation: virtual machines with docker-compose**" },
	{ "2.43", "labelled", "complete-loss.md", "**Generation: k3s.**" },
	{ "2.43", "labelled", "node.md", "**Generation: k3s**" },
	{ "2.43", "labelled", "partial.md", "**Generation: k3s.**" },
	{ "2.43", "labelled", "couchdb.md", "**Generation: k3s.**" },
	{ "2.43", "labelled", "control-plane.md", "**Generation: k3s.**" },
	{ "2.43", "labelled", "network.md", "**Generation: k3s.**" },
	{ "2.43", "labelled", "restore.md", "**Generation: k3s.**" },
	{ "2.43", "labelled", "backup.md", "**Both generations**" },
	{ "2.43", "labelled", "prepare.md", "**Both generations.**" },
	{ "2.43", "labelled", "drill.md", "**Both generations.**" },
	{ "2.44", "a value", "vm-restore.md", "var join_script replaces=join-cluster.sh" },
	{ "2.44", "a value", "vm-restore.md", "var vm_scripts" },
	{ "2.44", "said", "vm-restore.md", "is in none that we have seen" },
	{ "4.01", "no single point of failure", "complete-loss.md", "no single point of failure" },
	{ "4.02", "when", "complete-loss.md", "all nodes are gone, and what is left is the backup set" },
	{ "4.03", "local set", "complete-loss.md", "The newest local backup set" },
	{ "4.04", "machines", "complete-loss.md", "4 new machines (mini PCs are enough)" },
	{ "4.05", "keys", "complete-loss.md", "The SSH key pair" },
	{ "4.06", "domain", "complete-loss.md", "The login of whoever keeps the domain name" },
	{ "4.07", "Mycelium", "complete-loss.md", "Set up Mycelium on each of the four machines" },
	{ "4.08", "SSH", "complete-loss.md", "ssh -o BatchMode=yes -i ~/.ssh/id_rsa admin@2001:db8:4::10 true" },
	{ "4.09", "new file", "complete-loss.md", "Make a new `config/cluster-config.json`" },
	{ "4.10", "its fields", "complete-loss.md", "`domain`; `nodes`, each with `name`, `ipv6`, `user`, `role` and `ssh_key_path`; `is_first_master`" },
	{ "4.10", "by example", "cluster-config.json", "\"role\": \"master+worker\", \"is_first_master\": true, \"ssh_key_path\"" },
	{ "4.10", "by example", "cluster-config.json", "\"role\": \"backup\", \"is_first_master\": false, \"is_backup\": true" },
	{ "4.10", "by example", "cluster-config.json", "\"couchdb\": { \"user\": \"admin\", \"password\": \"StrongPasswordHere\" }, \"platform_name\"" },
	{ "4.11", "deploy", "complete-loss.md", "./deploy.sh" },
	{ "4.11", "what it gives", "complete-loss.md", "three masters and the backup node" },
	{ "4.12", "newest set", "complete-loss.md", "LATEST_BACKUP=$(find ~/openedx-backups -maxdepth 1 -type d -name \"20*\" | sort -r | head -1)" },
	{ "4.13", "copy", "complete-loss.md", "-r ~/openedx-backups/LATEST_DATE admin@[NEW_BACKUP_NODE_IPV6]:/tmp/openedx-restore" },
	{ "4.14", "applied", "complete-loss.md", "do k8s.apply file=restore-job.yaml namespace=openedx" },
	{ "4.14", "kind", "restore-job.yaml", "kind: Job metadata: name: restore-from-backup namespace: openedx" },
	{ "4.14", "image", "restore-job.yaml", "image: curlimages/curl:7.87.0" },
	{ "4.14", "secret", "restore-job.yaml", "name: couchdb-secrets key: adminUsername" },
	{ "4.14", "secret", "restore-job.yaml", "name: couchdb-secrets key: adminPassword" },
	{ "4.14", "service", "restore-job.yaml", "http://couchdb-service:5984" },
	{ "4.14", "folder", "restore-job.yaml", "path: /tmp/openedx-restore type: Directory" },
	{ "4.14", "tries", "restore-job.yaml", "backoffLimit: 2" },
	{ "4.14", "once", "restore-job.yaml", "restartPolicy: Never" },
	{ "4.14", "manifest is looked for", "restore-job.yaml", "no backup_manifest.json in $backup" },
	{ "4.15", "wait", "complete-loss.md", "do k8s.wait job=restore-from-backup namespace=openedx timeout=4h" },
	{ "4.16", "DNS", "complete-loss.md", "school.example.com. IN AAAA 2001:db8:3::10 studio.school.example.com. IN AAAA 2001:db8:1::10" },
	{ "4.16", "DNS", "complete-loss.md", "monitoring.school.example.com. IN AAAA 2001:db8:1::10" },
	{ "4.16", "looked at", "complete-loss.md", "verify dns.records within=1h" },
	{ "4.17", "LMS", "complete-loss.md", "https://school.example.com and" },
	{ "4.18", "Studio", "complete-loss.md", "https://studio.school.example.com" },
	{ "4.19", "log in", "complete-loss.md", "logging in as the administrator works" },
	{ "4.20", "restored", "complete-loss.md", "courses and their content are visible" },
	{ "4.21", "1 SSH", "complete-loss.md", "verify node.machine node=${backup_node} outcome=answered" },
	{ "4.21", "2 Kubernetes", "complete-loss.md", "verify k8s.nodes at-least=4 ready>=4 pressed=0" },
	{ "4.21", "3 CouchDB", "complete-loss.md", "verify couchdb.cluster up=3 members=3 state=cluster_finished" },
	{ "4.21", "4 LMS and Studio", "complete-loss.md", "verify http url=${studio_url} status=200" },
	{ "4.21", "5 admin", "complete-loss.md", "Check by hand: logging in" },
	{ "4.21", "6 content", "complete-loss.md", "Check by hand: courses" },
	{ "4.21", "7 users", "complete-loss.md", "Check by hand: users are there" },
	{ "4.21", "8 files", "complete-loss.md", "Check by hand: uploaded files open" },
	{ "4.22", "remove", "node.md", "./scripts/cluster/remove-node.sh node2" },
	{ "4.23", "add", "node.md", "./scripts/cluster/add-node.sh node2-new 2001:db8:2::10 admin ~/.ssh/id_rsa master+worker" },
	{ "4.24", "add a backup node", "node.md", "./scripts/cluster/add-node.sh node4-new 2001:db8:4::10 admin ~/.ssh/id_rsa backup" },
	{ "4.25", "DNS", "node.md", "Update the DNS records if the old address stood in them" },
	{ "4.25", "looked at", "node.md", "verify dns.aaaa name=${domain} has=masters within=1h" },
	{ "4.26", "zero downtime", "node.md", "the control plane answers as long as two of the three masters do" },
	{ "4.26", "zero downtime", "node.md", "pods that were on the lost machine run on the others" },
	{ "4.26", "zero downtime", "node.md", "people who learn notice nothing" },
	{ "4.27", "assess", "partial.md", "kubectl get nodes" },
	{ "4.28", "keep, remove, add", "partial.md", "What still runs is kept; what is gone is taken out and replaced" },
	{ "4.28", "one master", "partial.md", "k3s server --cluster-reset" },
	{ "4.29", "backup node", "partial.md", "Configure the backup storage" },
	{ "4.29", "by hand", "partial.md", "create job --from=cronjob/daily-backup" },
	{ "4.30", "scale down", "couchdb.md", "kubectl -n openedx scale deployment lms-deployment --replicas=0" },
	{ "4.30", "scale down", "couchdb.md", "kubectl -n openedx scale deployment cms-deployment --replicas=0" },
	{ "4.31", "delete", "couchdb.md", "kubectl -n openedx delete statefulset couchdb" },
	{ "4.31", "create", "couchdb.md", "kubectl -n openedx apply -f kubernetes/couchdb/couchdb-statefulset.yaml" },
	{ "4.32", "wait", "couchdb.md", "kubectl -n openedx wait --for=condition=ready pod -l app=couchdb --timeout=300s" },
	{ "4.32", "wait", "couchdb.md", "do k8s.wait pods=\"app=couchdb\" namespace=openedx timeout=300s" },
	{ "4.33", "cluster", "couchdb.md", "./scripts/setup-couchdb-cluster.sh" },
	{ "4.34", "restore", "couchdb.md", "do couchdb.restore from=${sets}/${set_name}" },
	{ "4.34", "by the Job", "couchdb.md", "[the restore Job](complete-loss.md#step-4-restore)" },
	{ "4.35", "scale up", "couchdb.md", "kubectl -n openedx scale deployment lms-deployment --replicas=3" },
	{ "4.35", "scale up", "couchdb.md", "kubectl -n openedx scale deployment cms-deployment --replicas=3" },
	{ "4.36", "who is left", "control-plane.md", "Identify a worker that is still operational: the backup node" },
	{ "4.37", "promote", "control-plane.md", "k3s server --cluster-init --token-file /root/k3s-token --tls-san 2001:db8:4::10" },
	{ "4.37", "as it was", "control-plane.md", "sudo k3s server \\ --cluster-init \\ --token <saved-token> \\ --tls-san" },
	{ "4.38", "new masters", "control-plane.md", "./scripts/cluster/add-node.sh node3-new 2001:db8:3::10 admin ~/.ssh/id_rsa master+worker" },
	{ "4.39", "back", "control-plane.md", "Add it again, as what it was: a backup node" },
	{ "4.39", "closed", "control-plane.md", "closes backup-node-promoted" },
	{ "4.40", "LAN", "network.md", "communicate directly over their local network" },
	{ "4.41", "bind", "network.md", "\"sudo sed -i 's/bind-address=.*/bind-address=0.0.0.0/' /etc/rancher/k3s/config.yaml && sudo systemctl restart k3s\"" },
	{ "4.42", "kubeconfig", "network.md", "Update your kubeconfig to the local address" },
	{ "4.43", "revert", "network.md", "closes api-on-all-interfaces" },
	{ "4.43", "revert", "network.md", "closes kubeconfig-on-lan" },
	{ "4.44", "contact", "prepare.md", "the website admin, whom to call in an emergency" },
	{ "4.45", "duplicate", "drill.md", "Set up a duplicate test environment" },
	{ "4.45", "simulate", "drill.md", "Simulate the failure" },
	{ "4.45", "practise", "drill.md", "Walk the page for it as it is written" },
	{ "4.45", "improve", "drill.md", "Improve the pages" },
	{ "4.45", "why", "drill.md", "Regular drills make sure that the team is ready" },
	{ "4.46", "systems", "environment.yaml", "provider: mycelium" },
	{ "4.46", "systems", "environment.yaml", "provider: couchdb" },
	{ "4.46", "systems", "complete-loss.md", "monitoring.school.example.com" },
	{ "4.47", "no here-document", "restore-job.yaml", "command: [\"/bin/sh\", \"/script/restore.sh\"]" },
	{ "4.48", "only what the image has", "restore-job.yaml", "POSIX shell, awk, sed and curl" },
	{ "4.48", "where the set is", "restore-job.yaml", "nodeSelector: openedx-restore: here" },
	{ "4.48", "where the set is", "complete-loss.md", "kubectl label node node4-new openedx-restore=here" },
	{ "4.49", "failed is noticed", "complete-loss.md", "never notices a Job that has failed" },
	{ "4.49", "a limit", "restore-job.yaml", "activeDeadlineSeconds: 14400" },
	{ "4.50", "scp with", "complete-loss.md", "`scp` needs them around the address" },
	{ "4.50", "ssh without", "node.md", "No brackets around the address here" },
	{ "4.50", "neither", "control-plane.md", "neither `ssh` nor `--tls-san` takes brackets" },
	{ "4.51", "one of them", "node.md", "choose=role of=\"master+worker|backup\"" },
	{ "4.52", "where it stands", "network.md", "They write no `config.yaml`, and a flag beats that file" },
	{ "4.52", "exposed", "network.md", "opens the API of the cluster to **whatever network this machine is in**" },
	{ "4.52", "recorded", "network.md", "opens api-on-all-interfaces" },
	{ "4.53", "first master", "node.md", ".is_first_master != true" },
	{ "4.53", "first master", "node.md", "guard k8s.node name=${failed} first_master=no" },
	{ "4.53", "terminal", "node.md", "it asks `y/n` on a terminal" },
	{ "4.53", "guard", "node.md", "guard k8s.nodes masters>=3" },
	{ "4.53", "first master", "node.md", "procedure id=openedx-first-master" },
	{ "4.54", "asked for", "node.md", "replaces=2001:db8:2::10,2001:db8:4::10" },
	{ "4.54", "refused", "complete-loss.md", "startswith(\"2001:\" + \"db8:\")" },
	{ "4.54", "asked for", "complete-loss.md", "replaces=school.example.com" },
};

/* What code does for an item: an action or a probe that must be there, with that parameter or field. */
static const struct { const char *id, *verb, *part; } MENDED[] = {
	{ "2.05", "backup.rotation", "weekly" }, { "2.06", "backup.rotation", "monthly" }, { "2.04", "backup.rotation", "daily" },
	{ "2.12", "backup.fetch", "keep" }, { "2.21", "backup.verify", "set" }, { "2.42", "couchdb.cluster", "members" },
	{ "4.14", "couchdb.restore", "existing" }, { "4.14", "couchdb.restore", "attachments" }, { "4.14", "k8s.apply", "file" },
	{ "4.15", "k8s.wait", "timeout" }, { "4.21", "node.machine", "outcome" }, { "4.30", "k8s.scale", "replicas" },
	{ "4.31", "k8s.delete", "statefulset" }, { "4.32", "k8s.wait", "pods" }, { "4.33", "couchdb.setup", NULL }, { "4.35", "k8s.rescale", "counts" },
	{ "4.16", "dns.records", "wrong" }, { "4.16", "dns.zone", NULL }, { "4.25", "dns.aaaa", "has" }, { "4.53", "k8s.node", "first_master" }, { "4.28", "k8s.nodes", "masters_ready" },
	{ "4.40", "node.machine", "lan" }, { "4.46", "mycelium.peers", "alive" }, { "4.49", "k8s.wait", "job" },
};

/* Without line ends and indentation, which say nothing. Owned. */
static char *flat(const char *text)
{
	Buf out = { 0 };
	for (; *text; text++) {
		bool blank = *text == ' ' || *text == '\n' || *text == '\t';
		if (!blank)
			buf_putc(&out, *text);
		else if (out.len && out.data[out.len - 1] != ' ')
			buf_putc(&out, ' ');
	}
	char *ret = bg_strdup(buf_text(&out));
	buf_clear(&out);
	return ret;
}

Test(openedx_coverage, every_item_of_both_guides_is_in_what_ships)
{
	const char *held_path = "";
	AUTO_FREE char *held = NULL;
	for (size_t i = 0; i < BG_LENGTH(ITEMS); i++) {
		if (!text_eq(held_path, ITEMS[i].file)) {
			AUTO_FREE char *name = bg_asprintf("playbooks/openedx-ha/%s", ITEMS[i].file);
			AUTO_FREE char *path = source_path(name);
			AUTO_FREE char *text = read_text(path);
			free(held);
			held = flat(text);
			held_path = ITEMS[i].file;
		}
		cr_expect(strstr(held, ITEMS[i].text), "%s (%s) is lost: %s no longer holds \"%s\"", ITEMS[i].id, ITEMS[i].what, ITEMS[i].file, ITEMS[i].text);
	}
}

static bool has_row(const char *id)
{
	for (size_t i = 0; i < BG_LENGTH(ITEMS); i++)
		if (text_eq(ITEMS[i].id, id))
			return true;
	return false;
}

Test(openedx_coverage, no_item_is_left_out_of_the_table)
{
	for (int i = 1; i <= FIRST_GUIDE + SECOND_GUIDE; i++) {
		AUTO_FREE char *id = i <= FIRST_GUIDE ? bg_asprintf("2.%02d", i) : bg_asprintf("4.%02d", i - FIRST_GUIDE);
		cr_expect(has_row(id), "nothing says where %s is", id);
	}
}

Test(openedx_coverage, what_code_mends_is_there)
{
	for (size_t i = 0; i < BG_LENGTH(MENDED); i++) {
		const Action *action = action_find(MENDED[i].verb);
		const Probe *probe = probe_find(MENDED[i].verb);
		const VerbSpec *spec = action ? &action->spec : probe ? &probe->spec : NULL;
		cr_assert(spec, "%s: there is no %s", MENDED[i].id, MENDED[i].verb);
		if (MENDED[i].part)
			cr_expect(verb_find_param(spec, str_from(MENDED[i].part)) || verb_find_field(spec, str_from(MENDED[i].part)), "%s: %s has no %s",
				MENDED[i].id, MENDED[i].verb, MENDED[i].part);
	}
}
