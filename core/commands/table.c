/* table.c: every subcommand, in the order of `--help`. */
#include "core/base/attributes.h"
#include "core/commands/command.h"
#include "core/commands/rows.h"

#define PRACTICE_DETAILS \
	"  SCENARIO             what has happened; breakglass try --list names them, and the faults\n" \
	"  --folder DIR         where its environment, keys and record stand (default: a new folder in $TMPDIR)\n" \
	"  --fault SPEC         a system fails from the start, such as latency=500ms@fastly\n" \
	"  --backup-every TIME  how often the backup job runs (default: once a day, the next run soon)\n" \
	"  --build-takes TIME   how long a run of a job takes (default 20s)\n"

const CommandRow COMMANDS[] = {
	{"try", "[SCENARIO] [--keep] [--folder DIR] [--fault SPEC] [--backup-every TIME] [--build-takes TIME] | --list", "keep list folder: fault: backup-every: build-takes:", 0, 1,
		"practise: simulated systems and the console in one, no configuration",
		"  breakglass try\n  breakglass try openedx                         a cluster that has lost a machine\n  breakglass sandbox --tell publish-repair      meanwhile, in another terminal\n",
		run_try, false,
		"options:\n" PRACTICE_DETAILS "  --keep               also keep the folder when nothing was recorded, and the practice keys\n"},
	{"status", "", "", 0, 0, "the board; exit 0 ok, 1 warn or stale, 2 fail, 3 unknown", "  breakglass status --json\n", run_status, false, NULL},
	{"contacts", "", "", 0, 0, "whom to call: the emergency contacts of the environment", "  breakglass contacts\n  breakglass contacts --json\n", run_contacts, false, NULL},
	{"nodes", "[PATTERN...] [--sort KEY] | [PATTERN...] [--confirm NAME] [--timeout TIME] -- COMMAND... | --retry [--run ID] [--confirm NAME] | --trust NODE [--yes FINGERPRINT] | --dns",
		"sort: trust: yes: confirm: timeout: retry dns", 0, -1, "the machines: how each is, worst first, exit as status; or a command on them",
		"  breakglass nodes\n  breakglass nodes role:worker !state:ok --sort disk\n  breakglass nodes --json node17\n  breakglass nodes --trust node31\n"
		"  breakglass nodes role:worker -- uptime\n  breakglass nodes role:worker --confirm \"3 nodes\" -- systemctl restart mycelium\n  breakglass nodes --retry\n  breakglass nodes --dns > records\n",
		run_nodes, false,
		"  PATTERN      words that must all be found in what is told of a node; behind ! such as must not:\n"
		"               role:worker, state:fail, a name, an address, a part of its answer\n"
		"  --sort KEY   state, name, role, address, load, memory, disk, clock or age\n"
		"  --trust NODE show the host key that changed or is new, its own or its jump host's, beside the known one;\n"
		"               with --yes and the fingerprint that it shows, accept it: recorded in the incident, then\n"
		"               in known_hosts\n"
		"  --dns        the AAAA records to publish, as lines of a zone file made from the cluster file,\n"
		"               with what each server of the zone answers now beside them; asks no engine\n"
		"  -- COMMAND   run it on those, each with its own end, as a run of the open incident: planned with the\n"
		"               exact list, signed where the environment asks for it (nodes: sign-off:), recorded;\n"
		"               exit 0 done on all, 1 not, 2 not agreed to yet, 3 in doubt\n"
		"  --confirm NAME  what the plan asks to be typed, \"3 nodes\"; what surely only reads needs none\n"
		"  --timeout TIME  what each node may take, such as 30s (10m), 24h at most\n"
		"  --retry      such a command again, only where it is not done; or go on with it once it was signed\n"
		"               or agreed to; of several that are open, --run says which\n"},
	{"check", "[PATH...] [--explain | --suggest | --environment]", "explain suggest environment", 0, -1,
		"lint playbooks and the environment: file:line:col: code: text; or is all that they need there now?",
		"  breakglass check playbooks/\n  breakglass check --suggest runbook.md\n  breakglass check --environment\n", run_check, false,
		"  --explain      the documents with what their comments make of them\n"
		"  --suggest      the comments that would make them stronger\n"
		"  --environment  is everything that the playbooks need there now: systems, credentials, what these may and until when,\n"
		"                 tools, files, values, people, reviews, drills? PATHs are questions then: check --environment tools people\n"},
	{"show", "PLAYBOOK [--procedure ID]", "procedure:", 1, 1, "how a playbook will be walked", "  breakglass show failover.md\n", run_show, false, NULL},
	{"print", "PLAYBOOK", "", 1, 1, "the playbook for paper: empty boxes, annotations as footnotes", "  breakglass print failover.md | lpr\n",
		run_print, false, NULL},
	{"declare", "TITLE [--drill]", "drill", 1, -1, "begin an incident", "  breakglass declare \"mass publish broke courses\"\n", run_declare, false, NULL},
	{"end", "[--reason TEXT]", "reason:", 0, 0, "end the incident; open ledger items want a reason", "  breakglass end\n", run_end, false, NULL},
	{"note", "TEXT [--improvement]", "improvement", 1, -1, "add a note to the record", "  breakglass note called the vendor, ticket 4711\n"
		"  breakglass note --improvement alert on the size of the backup\n", run_note, false,
		"  --improvement   what to do better next time: the record and the report say so\n"},
	{"fact", "NAME VALUE [--yes]", "yes", 2, -1, "set a fact of the incident, as the time of the bad publish",
		"  breakglass fact bad-publish 2026-11-20T22:51:00Z\n  breakglass fact bad-publish yesterday 22:51 Europe/London --yes\n", run_fact, false,
		"  --yes       a time that was reckoned from another zone than UTC, or from now, is the one that is meant: without it, it is only shown\n"},
	{"handover", "PERSON", "", 1, 1, "make somebody else commander", "  breakglass handover eng-oncall\n", run_handover, false, NULL},
	{"start", "PROCEDURE [--playbook PATH]", "playbook:", 1, 1, "begin to walk a procedure",
		"  breakglass start ocw-failover\n", run_start, false, NULL},
	{"steps", "", "", 0, 0, "the run: every step with its state", NULL, run_steps, false, NULL},
	{"step", "STEP", "", 1, 1, "one step in full: what it does, with every value filled in", "  breakglass step 4.3\n", run_step, false, NULL},
	{"tick", "STEP [--reason TEXT] [--sure]", "reason: sure", 1, 1, "a step is done; a reason overrides a check that is not true",
		"  breakglass tick 1.2\n", run_tick, false, NULL},
	{"untick", "STEP", "", 1, 1, "take a tick back", NULL, run_untick, false, NULL},
	{"skip", "STEP --reason TEXT", "reason:", 1, 1, "leave a step out", "  breakglass skip 2.2 --reason \"not needed: draft site\"\n", run_skip, false, NULL},
	{"set", "NAME VALUE [--yes] | NAME --from-probe", "from-probe yes", 1, -1, "set a value that the playbook asks for",
		"  breakglass set site live\n  breakglass set web_replicas --from-probe\n"
		"  breakglass set restore_time yesterday 17:30 Europe/London --yes\n", run_set, false,
		"  --yes       a time that was reckoned from another zone than UTC, or from now, is the one that is meant: without it, it is only shown\n"
		"  --from-probe ask the probe that tells the value (from= of the playbook), also when it is known already\n"},
	{"plan", "STEP [--also N]", "also:", 1, 1, "what a step's action would change now; changes nothing", "  breakglass plan 4.3\n", run_plan, false, NULL},
	{"apply", "STEP [--yes | --confirm NAME] [--reason TEXT] [--sure] [--also N]", "yes confirm: reason: also: sure", 1, 1,
		"do what was planned", "  breakglass apply 4.3 --yes                 a command that wants a terminal runs in this one\n  breakglass apply 4.5 --confirm ocw-live\n", run_apply, false, NULL},
	{"look", "STEP", "", 1, 1, "ask the step's verifies now", "  breakglass look 5\n", run_look, false, NULL},
	{"resolve", "ACTION ran|not-run --reason TEXT [--node NAME,NAME]", "reason: node:", 2, 2, "say, after looking, what came of an action in doubt",
		"  breakglass resolve 3 not-run --reason \"v77 is not active\"\n  breakglass resolve 4 ran --node n3,n7 --reason \"the file is there\"\n", run_resolve, false,
		"  --node NAME,NAME  of these nodes only; the others stay in doubt until somebody has looked there\n"},
	{"undo", "STEP [--yes | --confirm NAME] [--reason TEXT]", "yes confirm: reason:", 1, 1,
		"plan the way back of a step; with --yes or --confirm, do it", "  breakglass undo 4.5\n", run_undo, false, NULL},
	{"statement", "STEP|GATE --role ROLE [--person NAME] [--no|--escalate|--withdraw|--alone REASON | --countersign] [--reason TEXT]",
		"role: person: no: escalate: withdraw: alone: countersign reason:", 1, 1, "the text to sign",
		"  breakglass statement 4.5 --role product > text\n  ssh-keygen -Y sign -n signoff@breakglass -f KEY text\n", run_statement, false, NULL},
	{"sign", "STEP|GATE --role ROLE [--person NAME] [--key FILE | --signature FILE --statement FILE | --code N|-] "
		"[--no|--escalate|--withdraw|--alone REASON | --countersign] [--reason TEXT]",
		"role: person: key: signature: statement: code: no: escalate: withdraw: alone: countersign reason:", 1, 1,
		"sign, with your agent, a key file, or a signature made elsewhere",
		"  breakglass sign 4.5 --role product\n  breakglass sign 4.5 --role product --statement text --signature text.sig\n", run_sign, false, NULL},
	{"incidents", "", "", 0, 0, "every incident in the state folder, newest first", NULL, run_incidents, false, NULL},
	{"timeline", "[--last N]", "last:", 0, 0, "what happened, a line for each record", "  breakglass timeline --last 20\n", run_timeline,
		false, NULL},
	{"ledger", "", "", 0, 0, "what this incident has opened, and whether it is closed again", NULL, run_ledger, false, NULL},
	{"sitrep", "[--post]", "post", 0, 0, "the situation in a few lines, to read aloud or paste into a chat", NULL, run_sitrep, false,
		"  --post          have it posted where announcements go (announce: of the environment), and kept in the record\n"},
	{"report", "[INCIDENT] [--format md|html|json]", "format:", 0, 1, "the whole incident as a document",
		"  breakglass report > report.md\n  breakglass report --format html > report.html\n",
		run_report, false, NULL},
	{"verify", "[INCIDENT] [--signers FILE] [--receipts DIR] [--anchors DIR]", "signers: receipts: anchors:", 0, 1,
		"check the record: chain, logs, playbooks, signatures, receipts, checkpoints",
		"  breakglass verify --receipts ~/receipts\n  breakglass verify --signers allowed_signers --anchors /mnt/audit/INCIDENT\n",
		run_verify, false, NULL},
	{"new-cluster", "FILE", "", 1, 1, "a new cluster-config.json by questions; one that is there is kept beside it", "  breakglass new-cluster cluster-config.json\n",
		run_new_cluster, false,
		"  Asks for domain, nodes, CouchDB's admin and the platform; an empty answer takes what stands in [ ],\n"
		"  < goes back. From a pipe: an answer a line. An empty password makes a new one.\n"},
	{"sandbox", "[SCENARIO] [--folder DIR] [--fault SPEC] [--backup-every TIME] [--build-takes TIME] | --list | --tell WORDS", "folder: fault: list tell: ready-fd: parent-fd: keep backup-every: build-takes:", 0, 1,
		"only the simulated systems",
		"  breakglass sandbox --list\n  breakglass sandbox --fault latency=500ms@fastly\n  breakglass sandbox --tell \"fault status=503@fastly\"\n",
		run_sandbox, false,
		"options:\n" PRACTICE_DETAILS "  --list               name scenarios, faults and words\n"
		"  --tell WORDS         say something to a sandbox that runs, such as publish-repair\n"},
	{"engine", "status|start|held|stop [--force]", "force", 1, 1, "the process that owns the journal", "  breakglass engine status\n", run_engine, false,
		"  held         the records that are in memory only, since the disk took nothing; --json:\n"
		"               as the lines of the journal that they would be\n"
		"  stop --force also when records would be lost that are not on disk\n"},
};
const size_t COMMAND_COUNT = BG_LENGTH(COMMANDS);

const CommandRow *command_row_find(const char *name) {
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (text_eq(COMMANDS[i].name, name))
			return &COMMANDS[i];
	return NULL;
}
