/* test_shell_lines.c: shell blocks as commands that are run one by one, and how dangerous each looks. */
#include "core/playbook/shell.h"
#include "tests/support/support.h"

typedef struct Case { const char *name, *text, *lines; } Case;   /* lines: "label> text" joined by "|" */

static const Case CASES[] = {
	{"one", "ls -l\n", "ls -l"},
	{"several", "cd /srv\n./deploy.sh\n", "cd /srv|./deploy.sh"},
	{"blank lines and comments", "# First\n# of two\nls\n\n# Second\npwd\n# left over\n",
		"First of two> ls|Second> pwd"},
	{"continuation", "ls \\\n  -l \\\n  -a\npwd\n", "ls \\\n  -l \\\n  -a|pwd"},
	{"indented continuation", "fly set-pipeline\n  -p backup\npwd\n", "fly set-pipeline\n  -p backup|pwd"},
	{"a pipe at the end", "ls |\nwc -l\npwd\n", "ls |\nwc -l|pwd"},
	{"open quotes", "echo 'a\nb'\npwd\n", "echo 'a\nb'|pwd"},
	{"here-document", "cat <<EOF\n# no comment\n'open\nEOF\npwd\n", "cat <<EOF\n# no comment\n'open\nEOF|pwd"},
	{"indented here-document", "cat <<-'END'\n\ta\n\tEND\npwd\n", "cat <<-'END'\n\ta\n\tEND|pwd"},
	{"here-string", "cat <<< EOF\npwd\n", "cat <<< EOF|pwd"},
	{"loop", "for f in a b; do\nrm $f\ndone\npwd\n", "for f in a b; do\nrm $f\ndone|pwd"},
	{"loop on a line", "for f in a b; do rm $f; done\npwd\n", "for f in a b; do rm $f; done|pwd"},
	{"if", "if test -f x\nthen\nls\nelse\npwd\nfi\ndate\n", "if test -f x\nthen\nls\nelse\npwd\nfi|date"},
	{"function", "f() {\nls\n}\nf\n", "f() {\nls\n}|f"},
	{"sub-shell", "(cd /srv\nls)\npwd\n", "(cd /srv\nls)|pwd"},
	{"words that only look like it", "echo if done\npwd\n", "echo if done|pwd"},
	{"prompts", "$ ls\na b\n$ pwd\n/srv\n", "ls|pwd"},
	{"prompts go on", "$ ls \\\n> -l\nout\n", "ls \\\n-l"},
	{"indented block", "   ls\n   pwd\n", "ls|pwd"},
	{"nothing", "\n\n", ""},
};

static void join(const ShellBlock *block, Buf *out)
{
	for (size_t i = 0; i < block->count; i++) {
		if (i)
			buf_putc(out, '|');
		if (block->lines[i].label)
			buf_printf(out, "%s> ", block->lines[i].label);
		buf_puts(out, block->lines[i].text);
	}
}

Test(shell_lines, blocks_are_cut_into_commands)
{
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(Arena) *arena = arena_new();
		AUTO_CLEAR(Buf) text = {0};
		ShellBlock block;
		shell_read(arena, str_from(CASES[i].text), 1, &block);
		join(&block, &text);
		assert_text(CASES[i].name, buf_text(&text), CASES[i].lines);
	}
}

Test(shell_lines, lines_know_where_they_stand)
{
	AUTO(Arena) *arena = arena_new();
	ShellBlock block;
	shell_read(arena, STR("# a\nls \\\n -l\n\npwd\n"), 10, &block);
	cr_assert_eq(block.count, 2);
	cr_assert_eq(block.lines[0].line, 11);
	cr_assert_eq(block.lines[1].line, 14);
}

Test(shell_lines, what_is_not_complete_cannot_be_run)
{
	static const char *const TEXTS[] = {"echo 'a\n", "cat <<EOF\na\n", "for x in a; do\nls\n", "ls (a\n",
		"ls a\n  ...\n"};
	for (size_t i = 0; i < BG_LENGTH(TEXTS); i++) {
		AUTO(Arena) *arena = arena_new();
		ShellBlock block;
		shell_read(arena, str_from(TEXTS[i]), 1, &block);
		cr_assert_not_null(block.lines[block.count - 1].why_not, "%s", TEXTS[i]);
	}
}

Test(shell_lines, labels_that_choose_make_alternatives)
{
	AUTO(Arena) *arena = arena_new();
	ShellBlock block;
	shell_read(arena, STR("# For a worker\n./add a\n# For a backup\n./add b\n"), 1, &block);
	cr_assert(block.alternatives);
	shell_read(arena, STR("# Find it\n./add a\n# For all\n./add b\n"), 1, &block);
	cr_assert_not(block.alternatives);
	shell_read(arena, STR("# Point the name at the new address\n"), 1, &block);
	cr_assert(block.only_comments);
}

static const struct { const char *text; Risk risk; bool terminal; } JUDGED[] = {
	{"ls -l /srv", RISK_READ, false},
	{"kubectl -n shop get pods", RISK_READ, false},
	{"kubectl -n <NAMESPACE> get deployments -o wide", RISK_READ, false},
	{"kubectl rollout status deployment/web", RISK_READ, false},
	{"kubectl -n shop get pods -w", RISK_READ, true},
	{"kubectl apply -f get.yaml", RISK_CHANGE, false},
	{"kubectl delete pod get", RISK_DESTRUCTIVE, false},
	{"kubectl scale deployment web --replicas=0", RISK_DESTRUCTIVE, false},
	{"kubectl scale deployment web --replicas 3", RISK_CHANGE, false},
	{"kubectl exec -it web-0 -- bash", RISK_CHANGE, true},
	{"sudo systemctl status nginx", RISK_READ, false},
	{"sudo systemctl restart nginx", RISK_CHANGE, false},
	{"aws s3 ls s3://bucket", RISK_READ, false},
	{"aws ec2 describe-instances", RISK_READ, false},
	{"aws s3 rm s3://bucket/key", RISK_DESTRUCTIVE, false},
	{"fly -t ci set-pipeline -p backup", RISK_CHANGE, false},
	{"fly -t ci builds -j backup/backup", RISK_READ, false},
	{"curl https://example.net/health", RISK_READ, false},
	{"curl -XPOST https://example.net/restart", RISK_CHANGE, false},
	{"curl -s --data @x https://example.net/", RISK_CHANGE, false},
	{"cat /etc/hosts | grep shop | wc -l", RISK_READ, false},
	{"cat a | tee b", RISK_CHANGE, false},
	{"ls > files", RISK_CHANGE, false},
	{"ls 2>/dev/null", RISK_READ, false},
	{"ls 2>&1", RISK_READ, false},
	{"echo $(rm x)", RISK_DESTRUCTIVE, false},
	{"echo $(./x)", RISK_CHANGE, false},
	{"ls; ./x", RISK_CHANGE, false},
	{"ls && ./x", RISK_CHANGE, false},
	{"./remove-node.sh node2", RISK_DESTRUCTIVE, false},
	{"./deploy.sh", RISK_CHANGE, false},
	{"sed -n 1p x", RISK_READ, false},
	{"sed -i s/a/b/ x", RISK_CHANGE, false},
	{"find . -name x -delete", RISK_DESTRUCTIVE, false},
	{"ssh admin@host", RISK_CHANGE, true},
	{"ssh -i key admin@host", RISK_CHANGE, true},
	{"ssh admin@host uptime", RISK_CHANGE, false},
	{"psql -h db shop", RISK_CHANGE, true},
	{"psql -h db -c 'select 1'", RISK_CHANGE, false},
	{"psql shop < dump.sql", RISK_CHANGE, false},
	{"bin/konduit.sh -x shop -- psql", RISK_CHANGE, true},
	{"redis-cli ping", RISK_CHANGE, false},
	{"redis-cli -h cache", RISK_CHANGE, true},
	{"vi /etc/hosts", RISK_CHANGE, true},
	{"tail -f /var/log/syslog", RISK_READ, true},
	{"date +%Y-%m-%dd", RISK_READ, false},
	{"date -d 20261121", RISK_READ, false},
	{"date 112118002026", RISK_CHANGE, false},
	{"timedatectl", RISK_READ, false},
	{"timedatectl set-ntp false", RISK_CHANGE, false},
	{"ip a", RISK_READ, false},
	{"ip -br addr show eth0", RISK_READ, false},
	{"ip route get 10.0.0.1", RISK_READ, false},
	{"ip a d 10.0.0.1/24 dev eth0", RISK_CHANGE, false},
	{"ip l s eth0 mtu 1400", RISK_CHANGE, false},
	{"ifconfig eth0", RISK_READ, false},
	{"ifconfig eth0 10.0.0.9", RISK_CHANGE, false},
	{"awk '{print $1}' x", RISK_READ, false},
	{"awk '$3 > 80 {print $1}' x", RISK_READ, false},
	{"awk '{print > \"y\"}' x", RISK_CHANGE, false},
	{"awk 'BEGIN{system(\"x\")}'", RISK_CHANGE, false},
	{"hostname -f", RISK_READ, false},
	{"hostname other", RISK_CHANGE, false},
	{"journalctl --flush", RISK_CHANGE, false},
	{"ss -tlnp", RISK_READ, false},
	{"ss -K dst 10.0.0.1", RISK_CHANGE, false},
	{"echo \\\" ; systemctl restart nginx \\\"", RISK_CHANGE, false},
	{"echo \\\" > /etc/x \\\"", RISK_CHANGE, false},
	{"echo \"a \\\" ; b\"", RISK_READ, false},
	{"echo 'a\\' ; ./x", RISK_CHANGE, false},
	{"", RISK_CHANGE, false},
};

Test(shell_lines, guesses_of_danger_err_towards_caution)
{
	for (size_t i = 0; i < BG_LENGTH(JUDGED); i++) {
		AUTO(Arena) *arena = arena_new();
		ShellLine line = {.text = JUDGED[i].text};
		shell_judge(arena, &line);
		cr_assert_eq(line.risk, JUDGED[i].risk, "%s: %s", JUDGED[i].text, risk_name(line.risk));
		cr_assert_eq(line.needs_terminal, JUDGED[i].terminal, "%s: terminal %d", JUDGED[i].text, line.needs_terminal);
	}
}

Test(shell_lines, of_a_literal_command_nothing_is_taken_for_a_placeholder)
{
	AUTO(Arena) *arena = arena_new();
	ShellLine line = {.text = "cat <a ;rm x>y"};
	shell_judge(arena, &line);
	cr_assert_eq(line.risk, RISK_READ);
	shell_judge_literal(arena, &line);
	cr_assert_eq(line.risk, RISK_DESTRUCTIVE);
}
