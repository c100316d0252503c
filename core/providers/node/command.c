/* command.c: what is asked of a node, and reading what it says. One line for whatever shell the login has: POSIX sh is started inside, and no quote or
 * exclamation mark of it can be taken for another shell's. Each part that fails leaves its line out; "end" says that all were tried. Programs cost the node
 * more than all else, so what the shell can read by itself it does, only the lines that are needed, and the processors are counted once a shell. Where
 * systemd does not run the machine (sd_booted(3): /run/systemd/system is not there) and systemctl had nothing to say, that shell does not ask it again. */
#include "core/base/text.h"
#include "core/providers/node/node.h"

static const char PREFACE[] = "LC_ALL=C; export LC_ALL; processors=; unitless=; line=$(printf \"\\nx\"); line=${line%x};";

/* All is said at once: each line by itself would be a packet of its own, and wake both sides for it. */
static const char LOOK[] =
	"said=; read a b </proc/loadavg && said=\"load $a$line\"; "
	"[ -n \"$processors\" ] || processors=$(grep -c ^processor /proc/cpuinfo); said=\"${said}processors $processors$line\"; "
	"while read k v u; do case $k in MemTotal:) said=\"$said$k $v$line\";; MemAvailable:) said=\"$said$k $v$line\"; break;; esac; done </proc/meminfo; "
	"read a b </proc/uptime && said=\"${said}uptime ${a%%.*}$line\"; "
	"a=$(df -Pk / /var /var/lib/rancher 2>/dev/null); "
	"while [ -n \"$a\" ]; do said=\"${said}df ${a%%$line*}$line\"; case $a in *$line*) a=${a#*$line};; *) a=;; esac; done; "
	"if [ -z \"$unitless\" ] || [ -d /run/systemd/system ]; then "
	"a=$(systemctl show -p Id -p LoadState -p ActiveState k3s.service k3s-agent.service mycelium.service 2>/dev/null); unitless=; [ -n \"$a\" ] || unitless=yes; said=\"$said$a$line\"; fi; "
	"if [ -n \"$1\" ]; then if [ -d \"$1\" ]; then "
	"n=$(ls -1 \"$1\" | grep ^20 | sort | tail -n 1); said=\"${said}backups $(ls -1 \"$1\" | grep -c ^20)$line\"; "
	"[ -n \"$n\" ] && said=\"${said}backup $(stat -c %Y \"$1/$n\") $n$line\"; else said=\"${said}backups none$line\"; fi; fi; "
	"printf \"%s\" \"${said}time $(date +%s)${line}end$line\"";

static void put_folder(const EnvironmentNode *node, Buf *out) {
	/* A relative path starts from the home, where sshd begins; quoted, its "~" would not. */
	Str folder = str_from(node->is_backup ? node->backups : "");
	buf_putc(out, ' ');
	shell_quote(str_starts(folder, "~/") ? str_slice(folder, 2, folder.len) : folder, out);
}

void node_command(const EnvironmentNode *node, Buf *out) {
	buf_printf(out, "exec sh -c '%s %s' sh", PREFACE, LOOK);
	put_folder(node, out);
}

void node_loop_command(const EnvironmentNode *node, Buf *out) {
	ssh_loop_command(PREFACE, LOOK, out);
	put_folder(node, out);
}

/* ---- reading it ---- */

static void copy(char *to, size_t size, Str from) {
	AUTO_CLEAR(Buf) clean = {0};
	text_sanitise(from, SANITISE_LINE, &clean);
	size_t len = text_fit(buf_str(&clean), size - 1, &(size_t){0});
	if (len > size - 1)
		len = size - 1;
	memcpy(to, buf_text(&clean), len);
	to[len] = 0;
}

/* Nothing that a machine has comes near it; sums and products of two such numbers fit. */
#define NUMBER_MAX 1000000000000000

static bool take_number(Str text, int64_t *ret) {
	int64_t number = 0;
	if (!str_parse_int(str_trim(text), &number) || number < 0 || number > NUMBER_MAX)
		return false;
	*ret = number;
	return true;
}

/* "df /dev/vda1 1000 400 600 40% /": the name of a device may hold blanks, its mount point, too; the numbers stand behind one another. */
static void take_disk(Str text, NodeFacts *facts) {
	AUTO_CLEAR(StrList) words = {0};
	NodeDisk disk = {0};
	int64_t used = 0;
	strlist_split(&words, text, ' ');
	for (size_t i = 1; i + 4 < words.count; i++) {
		if (!str_ends(str_from(words.items[i + 3]), "%") || !take_number(str_from(words.items[i]), &disk.total_kb)
			|| !take_number(str_from(words.items[i + 1]), &used) || !take_number(str_from(words.items[i + 2]), &disk.available_kb))
			continue;
		ptrdiff_t mount = str_find(text, "% ");
		copy(disk.mount, sizeof(disk.mount), str_trim(str_slice(text, (size_t) mount + 2, text.len)));
		/* What is reserved for root counts as used: a login there cannot write it. */
		disk.total_kb = used + disk.available_kb;
		for (size_t k = 0; k < facts->disk_count; k++)
			if (text_eq(facts->disks[k].mount, disk.mount))
				return;
		if (disk.total_kb && facts->disk_count < NODE_MAX_DISKS)
			facts->disks[facts->disk_count++] = disk;
		return;
	}
}

/* "Id=k3s.service", "LoadState=loaded", "ActiveState=active", in any order but Id begins another unit. */
static void take_unit(Str key, Str value, NodeFacts *facts) {
	if (str_eq_c(key, "Id") && facts->unit_count < NODE_MAX_UNITS) {
		ptrdiff_t dot = str_find(value, ".service");
		copy(facts->units[facts->unit_count++].name, sizeof(facts->units[0].name), str_slice(value, 0, dot < 0 ? value.len : (size_t) dot));
		return;
	}
	NodeUnit *unit = facts->unit_count ? &facts->units[facts->unit_count - 1] : NULL;
	if (unit && str_eq_c(key, "LoadState"))
		copy(unit->load, sizeof(unit->load), value);
	if (unit && str_eq_c(key, "ActiveState"))
		copy(unit->active, sizeof(unit->active), value);
}

static void take_backup(Str rest, NodeFacts *facts) {
	Str seconds = {0};
	if (str_split(&rest, ' ', &seconds) && take_number(seconds, &facts->backup_seconds))
		copy(facts->backup, sizeof(facts->backup), rest);
}

static void take_line(Str key, Str rest, NodeFacts *facts) {
	if (str_eq_c(key, "load"))
		facts->has_load = str_parse_double(rest, &facts->load) && facts->load >= 0;
	else if (str_eq_c(key, "processors"))
		(void) take_number(rest, &facts->processors);
	else if (str_eq_c(key, "MemTotal:"))
		(void) take_number(rest, &facts->memory_kb);
	else if (str_eq_c(key, "MemAvailable:"))
		facts->has_memory = take_number(rest, &facts->memory_available_kb);
	else if (str_eq_c(key, "uptime"))
		facts->has_uptime = take_number(rest, &facts->uptime_seconds);
	else if (str_eq_c(key, "time"))
		facts->has_time = take_number(rest, &facts->time_seconds);
	else if (str_eq_c(key, "df"))
		take_disk(rest, facts);
	else if (str_eq_c(key, "backups")) {
		facts->backups_asked = true;
		facts->backups_there = take_number(rest, &facts->backup_count);
	} else if (str_eq_c(key, "backup"))
		take_backup(rest, facts);
}

bool node_facts_parse(Str text, NodeFacts *ret) {
	NodeFacts facts = {.processors = 1};
	bool whole = false;
	for (Str line; str_next_line(&text, &line);) {
		ptrdiff_t equals = str_find_char(line, '=');
		Str rest = line, key = {0};
		whole = str_eq_c(line, "end");
		if (equals > 0 && str_find_char(str_slice(line, 0, (size_t) equals), ' ') < 0)
			take_unit(str_slice(line, 0, (size_t) equals), str_slice(line, (size_t) equals + 1, line.len), &facts);
		else if (str_split(&rest, ' ', &key) && rest.ptr)
			take_line(key, str_trim(rest), &facts);
	}
	facts.has_memory = facts.has_memory && facts.memory_kb > 0 && facts.memory_available_kb <= facts.memory_kb;
	facts.processors = facts.processors > 0 ? facts.processors : 1;
	if (!whole)
		return false;
	*ret = facts;
	return true;
}
