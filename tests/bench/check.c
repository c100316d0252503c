/* check.c: `breakglass check` over a folder of 1,000 Markdown files of all kinds, as a team's runbooks are. `check BREAKGLASS`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "figure.h"

#define FILES 1000
#define ROUNDS 7
#define LIMIT_MS 1000

static unsigned random_state = 1;

static unsigned below(unsigned limit)
{
	random_state = random_state * 1103515245u + 12345u;
	return (random_state >> 16 & 0x7fff) % limit;
}

/* ---- what stands in a runbook ---- */

static const char *const WORDS[] = { "the", "database", "replica", "check", "that", "traffic", "dashboard", "alerts", "pager", "rollback", "deploy", "queue",
	"backup", "bucket", "pipeline", "wait", "until", "it", "is", "healthy", "and", "then", "primary", "region", "customers", "status", "page", "cache",
	"`kubectl`", "**never**", "_only_", "[wiki](https://wiki.example.org/x)", "node-3", "10.0.0.7", "5%", "on-call", "<service>", "Größe" };
static const char *const COMMANDS[] = { "kubectl -n prod get pods -l app=web", "curl -fsS https://status.example.org/health | jq .state",
	"ssh node-%u 'sudo systemctl restart web'", "aws s3 ls s3://backup-bucket/%u/ --recursive | tail -n 5", "fly -t main pause-pipeline -p backup-%u",
	"export TOKEN=\"$(cat /run/secrets/token)\"", "psql -h db-%u -c \"select count(*) from orders where state = 'open'\"",
	"for i in 1 2 3; do\n  echo \"round $i\"\n  sleep 5\ndone", "terraform plan -out=plan.%u \\\n  -var region=eu-west-1", "sudo rm -rf /var/cache/app/%u",
	"fastly service-version clone --service-id $SERVICE_ID --version ${VERSION}", "cat <<EOF > /tmp/config-%u\nname = x\nEOF" };

static void put_words(Buf *out, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		buf_printf(out, "%s%s", i ? " " : "", WORDS[below(BG_LENGTH(WORDS))]);
}

static void put_command(Buf *out, const char *indent)
{
	const char *command = COMMANDS[below(BG_LENGTH(COMMANDS))];
	buf_puts(out, indent);
	for (const char *c = command; *c; c++) {
		if (c[0] == '%' && c[1] == 'u') {
			buf_printf(out, "%u", below(100));
			c++;
			continue;
		}
		buf_putc(out, *c);
		if (*c == '\n')
			buf_puts(out, indent);
	}
	buf_putc(out, '\n');
}

static void put_block(Buf *out, const char *indent)
{
	static const char *const LANGUAGES[] = { "sh", "bash", "", "console", "yaml", "sql" };
	buf_printf(out, "\n%s```%s\n", indent, LANGUAGES[below(BG_LENGTH(LANGUAGES))]);
	for (unsigned i = 1 + below(3); i > 0; i--)
		put_command(out, indent);
	buf_printf(out, "%s```\n\n", indent);
}

static void put_steps(Buf *out)
{
	unsigned steps = 3 + below(6);
	bool numbered = below(3) != 0, boxes = !numbered && below(2);
	for (unsigned i = 1; i <= steps; i++) {
		if (numbered)
			buf_printf(out, "%u. ", i);
		else
			buf_puts(out, boxes ? "- [ ] " : "- ");
		put_words(out, 4 + below(10));
		buf_puts(out, ".\n");
		if (below(4) == 0)
			buf_puts(out, numbered ? "   <!-- bg verify http url=https://www.example.org/ status=200 -->\n" : "");
		if (below(3) == 0)
			put_block(out, numbered ? "   " : "  ");
		if (below(5) == 0)
			buf_puts(out, numbered ? "   - look at the graph\n   - look at the log\n" : "  1. look\n  2. wait\n");
	}
	buf_putc(out, '\n');
}

static void put_table(Buf *out)
{
	buf_puts(out, "| service | owner | timeout |\n|---|---|---|\n");
	for (unsigned i = 2 + below(8); i > 0; i--)
		buf_printf(out, "| service-%u | team %c | %u s |\n", below(40), (char) ('a' + below(26)), below(90));
	buf_putc(out, '\n');
}

static void write_runbook(Buf *out)
{
	buf_puts(out, below(3) ? "" : "<!-- bg\nplaybook title=\"A runbook\"\nvar site choice=draft|live ask=\"Which site?\"\n-->\n\n");
	buf_puts(out, "# ");
	put_words(out, 4);
	buf_puts(out, "\n\n");
	for (unsigned section = 2 + below(4); section > 0; section--) {
		buf_puts(out, "## ");
		put_words(out, 3);
		buf_puts(out, "\n\n");
		for (unsigned i = 1 + below(3); i > 0; i--) {
			put_words(out, 20 + below(50));
			buf_puts(out, ".\n\n");
		}
		if (below(3) == 0)
			put_table(out);
		if (below(4) == 0)
			buf_puts(out, "> **Warning:** this drops all connections.\n\n");
		put_steps(out);
		if (below(2))
			put_block(out, "");
	}
}

static bool write_all(const char *folder, size_t *ret_bytes)
{
	for (int i = 0; i < FILES; i++) {
		AUTO_CLEAR(Buf) text = { 0 };
		AUTO_FREE char *path = bg_asprintf("%s/%02d/runbook-%04d.md", folder, i / 50, i);
		AUTO_FREE char *parent = path_folder(path);
		write_runbook(&text);
		*ret_bytes += text.len;
		FILE *file = file_make_folder(parent, 0700, NULL) ? fopen(path, "we") : NULL;
		if (!file || fwrite(text.data, 1, text.len, file) != text.len || fclose(file) != 0)
			return false;
	}
	return true;
}

/* ---- measuring ---- */

static bool run_check(const char *program, const char *folder, double *ret_ms, double *ret_cpu_ms)
{
	struct rusage used;
	int status = -1;
	double begun = figure_now_ms();
	pid_t pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(127);
		execl(program, program, "check", folder, (char *) NULL);
		_exit(127);
	}
	while (pid > 0 && wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
		continue;
	*ret_ms = figure_now_ms() - begun;
	*ret_cpu_ms = (double) (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 + (double) (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
	/* Invented runbooks have things to complain about: 1 is as good as 0. */
	return WIFEXITED(status) && WEXITSTATUS(status) <= 1;
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/breakglass-bench-XXXXXX";
	double times[ROUNDS], cpu[ROUNDS];
	size_t bytes = 0;
	if (argc != 2) {
		fprintf(stderr, "usage: check BREAKGLASS\n");
		return 2;
	}
	bool ok = mkdtemp(folder) && write_all(folder, &bytes);
	for (int i = 0; ok && i < ROUNDS; i++)
		ok = run_check(argv[1], folder, &times[i], &cpu[i]);
	BG_IGNORE(file_remove_tree(folder, NULL));   /* a leftover folder of a measurement is harmless */
	if (!ok) {
		perror("check: cannot measure");
		return 1;
	}
	figure_at_most("check of 1,000 Markdown files, median of seven", figure_share(times, ROUNDS, 0.5), "ms", "limit", LIMIT_MS, 1.0);
	figure_at_most("check of 1,000 Markdown files, least of seven", times[0], "ms", "limit", LIMIT_MS, 1.0);
	/* One thread: what it would take on a machine with nothing else to do. */
	figure_at_most("check of 1,000 Markdown files, CPU time, median of seven", figure_share(cpu, ROUNDS, 0.5), "ms", "limit", LIMIT_MS, 1.0);
	figure_note("together", (double) bytes / 1e6, "MB");
	return 0;
}
