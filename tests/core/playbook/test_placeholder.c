/* test_placeholder.c: what is a placeholder, what never is one, and that a value that is filled in stays one word for the shell. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/playbook/model.h"
#include "core/playbook/placeholder.h"
#include "tests/support/support.h"

static const char *REPLACES[] = { "node2", "2001:db8:2::10", "bat-staging" };
static Variable SITE = { .name = "site", .match = "<draft|live>" };
static Variable NODE = { .name = "failed", .replaces = REPLACES, .replaces_count = 3 };
static Variable *VARIABLES[] = { &SITE, &NODE };
static char LATEST_BACKUP[] = "LATEST_BACKUP", BACKUP_DIR[] = "BACKUP_DIR";
static char *ASSIGNED[] = { LATEST_BACKUP, BACKUP_DIR };
static const StrList ASSIGNED_LIST = { ASSIGNED, 2, 2 };
static const PlaceholderScope SCOPE = { VARIABLES, 2, &ASSIGNED_LIST, false };

static const char *const FORMS[] = { "angle", "choice", "bracket", "upper", "word", "path", "match", "replaces", "shell", "example",
	"ellipsis" };

static char *describe(const char *text, TextPlace place)
{
	AUTO_CLEAR(PlaceholderList) list = {0};
	placeholder_find(str_from(text), place, &SCOPE, &list);
	Buf out = {0};
	for (size_t i = 0; i < list.count; i++) {
		const Placeholder *p = &list.items[i];
		buf_printf(&out, "%s%s %s \"%.*s\"", i ? ", " : "", FORMS[p->form], p->name, (int) p->len, text + p->start);
		if (p->choices)
			buf_printf(&out, " of %s", p->choices);
	}
	return buf_take(&out);
}

typedef struct Case { const char *text, *expected; } Case;

static const Case COMMANDS[] = {
	{ "inv dr deploy --tag=<TAG>", "angle tag \"<TAG>\"" },
	{ "echo <a b> <NEW Node-IP>", "angle a_b \"<a b>\", angle new_node_ip \"<NEW Node-IP>\"" },
	{ "kubectl -n <NAMESPACE> get deployments -o wide", "angle namespace \"<NAMESPACE>\"" },
	{ "x ocw-content-<draft|live>-<env>", "match site \"<draft|live>\", angle env \"<env>\"" },
	{ "x <ci | qa>", "choice ci_qa \"<ci | qa>\" of ci|qa" },
	{ "sort <in >out", "" },
	{ "sort < in > out", "" },
	{ "a </b>c", "" },
	{ "diff <(a) <(b)", "" },
	{ "cat <<EOF\nx\nEOF", "" },
	{ "a <x=1>", "" },
	{ "echo '<name>x</name>'", "" },
	{ "echo <title>", "angle title \"<title>\"" },
	{ "git commit --author <me@corp.dev>", "" },
	{ "scp -r $LATEST_BACKUP admin@[NEW_BACKUP_NODE_IPV6]:/tmp/x", "bracket new_backup_node_ipv6 \"[NEW_BACKUP_NODE_IPV6]\"" },
	{ "[ -f x ] && [[ $A ]] && a[X]", "shell A \"$A\"" },
	{ "tr [A-Z] [a-z]", "" },
	{ "./verify-backup.sh ~/openedx-backups/LATEST_DATE", "upper latest_date \"LATEST_DATE\"" },
	{ "aws s3 ls s3://PROJECTNAME-dr-assets", "upper projectname \"PROJECTNAME\"" },
	{ "aws s3 ls arn:aws:s3:::BUCKETNAME/x", "upper bucketname \"BUCKETNAME\"" },
	{ "DEBUG_LEVEL=1 x", "" },
	{ "x -DFOO_BAR", "" },
	{ "export AWS_PROFILE; unset FOO_BAR", "" },
	{ "curl -X PUT http://h/AAAA", "" },
	{ "pg_dump -f backup-YYYY-MM-DD.sql", "upper yyyy_mm_dd \"YYYY-MM-DD\"" },
	{ "cat <<EOF\nSOME_NAME <x>\nEOF\n", "angle x \"<x>\"" },
	{ "deploy your-project my-app ./my-script.sh --my-flag", "word project \"your-project\", word app \"my-app\"" },
	{ "bin/konduit.sh -s name-of-ptr-server", "word ptr_server \"name-of-ptr-server\"" },
	{ "tar xf /path/to/backup.", "path path_to_backup \"/path/to/backup\"" },
	{ "cp path/to/x s3://b/path/to/y", "path path_to_x \"path/to/x\", path path_to_y \"path/to/y\"" },
	{ "set-key xxx-xxx", "" },
	{ "set-key xxxx", "word xxxx \"xxxx\"" },
	{ "kubectl get -o go-template='{{ .my-x <a> }}'", "" },
	{ "curl -w %{http_code} -o jsonpath={.items[NODE_IP]}", "" },
	{ "echo $FOO ${BAR} $HOME $1 $(date) \\$X '$Y' ${Z:-1}", "shell FOO \"$FOO\", shell BAR \"${BAR}\"" },
	{ "ls $BACKUP_DIR", "" },
	{ "ping 2001:db8:1::10 192.0.2.7 8.8.8.8",
		"example address_2001_db8_1_10 \"2001:db8:1::10\", example address_192_0_2_7 \"192.0.2.7\"" },
	{ "curl https://school.example.com/x", "example school_example_com \"school.example.com\"" },
	{ "x --password StrongPasswordHere changeme notexample.com",
		"example strongpasswordhere \"StrongPasswordHere\", example changeme \"changeme\"" },
	{ "remove-node.sh node2 node2-new node2.", "replaces failed \"node2\", replaces failed \"node2\"" },
	{ "ssh admin@2001:db8:2::10 && scp a 2001:db8:2::10:/x", "replaces failed \"2001:db8:2::10\", replaces failed \"2001:db8:2::10\"" },
	{ "a\n  ...\nb ... c", "ellipsis  \"...\"" },
	{ "# deploy <x>\ndeploy # <y>", "" },
	{ "", "" },
};

Test(placeholder, finds_what_a_command_wants)
{
	for (size_t i = 0; i < BG_LENGTH(COMMANDS); i++) {
		AUTO_FREE char *found = describe(COMMANDS[i].text, TEXT_COMMAND);
		assert_text(COMMANDS[i].text, found, COMMANDS[i].expected);
	}
}

static const Case PROSE[] = {
	{ "update `ocw-content-<draft|live>-<env>` to", "match site \"<draft|live>\", angle env \"<env>\"" },
	{ "a <br> and <b>bold</b> and <https://x.org> and <me@corp.dev>", "" },
	{ "Bucket name: PROJECTNAME-dr-assets", "upper projectname \"PROJECTNAME\"" },
	{ "Set FOO_BAR in AWS IAM", "" },
	{ "go to [NODE](x.md), then [NODE_LAN_IP]", "bracket node_lan_ip \"[NODE_LAN_IP]\"" },
	{ "your-project costs $PRICE ... /path/to/x", "" },
	{ "for school.example.com.", "example school_example_com \"school.example.com\"" },
	{ "if a < b and c > d", "" },
};

Test(placeholder, finds_less_in_prose)
{
	for (size_t i = 0; i < BG_LENGTH(PROSE); i++) {
		AUTO_FREE char *found = describe(PROSE[i].text, TEXT_PROSE);
		assert_text(PROSE[i].text, found, PROSE[i].expected);
	}
}

Test(placeholder, collects_what_commands_set)
{
	AUTO_CLEAR(StrList) names = {0};
	placeholder_find_assigned(STR("A=1 B+=2; export C=3\nread -r D E\nfor F in x; do G=$(find -name=z); done | while read -r H; do :; done"),
		&names);
	AUTO_FREE char *joined = strlist_join(&names, " ");
	cr_assert_str_eq(joined, "A B C D E F G H");
}

static const char *VALUE;
static const char *value_of(void *userdata, const char *name) {
	(void) userdata;
	return strcmp(name, "unset") == 0 ? NULL : VALUE;
}

typedef struct FillCase { const char *name, *text, *value, *expected; } FillCase;

static const FillCase FILLS[] = {
	{ "a plain word", "deploy --tag=<tag>", "v1.2", "deploy --tag=v1.2" },
	{ "a value with blanks", "deploy <tag> now", "a b", "deploy 'a b' now" },
	{ "a quote in the value", "deploy <tag>", "it's", "deploy 'it'\\''s'" },
	{ "inside single quotes", "x '<tag>'", "it's $A", "x 'it'\\''s $A'" },
	{ "inside double quotes", "x \"a <tag>\"", "\"$(id)`id`\\", "x \"a \\\"\\$(id)\\`id\\`\\\\\"" },
	{ "in a substitution inside double quotes", "x \"$(y <tag>)\"", "a;b", "x \"$(y 'a;b')\"" },
	{ "in a here-document", "cat <<EOF\n<tag>\nEOF", "$(id) \"x\"", "cat <<EOF\n\\$(id) \"x\"\nEOF" },
	{ "in a quoted here-document", "cat <<'EOF'\n<tag>\nEOF", "$(id)", "cat <<'EOF'\n$(id)\nEOF" },
	{ "brackets go for a name", "ssh admin@[NODE_IP] \"x --san [NODE_IP]\"", "node1.lan", "ssh admin@node1.lan \"x --san node1.lan\"" },
	{ "brackets go for an address alone", "ssh admin@[NODE_IP] \"x --san [NODE_IP]\"", "4ab::1", "ssh admin@4ab::1 \"x --san 4ab::1\"" },
	{ "brackets stay before a path", "scp -r b admin@[NODE_IP]:/tmp/x", "4ab::1", "scp -r b admin@'[4ab::1]':/tmp/x" },
	{ "brackets come for an address before a port", "curl http://<host>:8080/", "4ab::1", "curl http://'[4ab::1]':8080/" },
	{ "brackets come in an address of the web", "curl \"http://<host>/\"", "4ab::1", "curl \"http://[4ab::1]/\"" },
	{ "no brackets for a name before a port", "curl http://<host>:8080/", "h", "curl http://h:8080/" },
	{ "backquotes take plain words", "x `y <tag>`", "v1", "x `y v1`" },
	{ "a shell variable stays", "x $FOO <tag>", "v", "x $FOO v" },
	{ "no value", "x <unset> <tag>", "v", "x <unset> v" },
	{ "an example that nobody set stays", "curl unset", "v", "curl unset" },
};

Test(placeholder, escapes_values_for_where_they_stand)
{
	for (size_t i = 0; i < BG_LENGTH(FILLS); i++) {
		AUTO_CLEAR(Buf) out = {0};
		AUTO_CLEAR(StrList) unresolved = {0};
		Error err = {0};
		VALUE = FILLS[i].value;
		assert_ok(placeholder_fill_command(str_from(FILLS[i].text), NULL, value_of, NULL, &out, &unresolved, &err), &err);
		assert_text(FILLS[i].name, buf_text(&out), FILLS[i].expected);
		cr_assert_eq(unresolved.count, strstr(FILLS[i].text, "<unset>") != NULL);
	}
}

static const FillCase REFUSALS[] = {
	{ "a line end", "x <tag>", "a\nb", "line end" },
	{ "backquotes", "x `y <tag>`", "a b", "quoted with certainty" },
	{ "an expansion", "x ${A:-<tag>}", "a b", "quoted with certainty" },
	{ "arithmetic", "x $((1 + <tag>))", "a[$(id)]", "quoted with certainty" },
	{ "an ANSI string", "x $'<tag>'", "\\x41", "quoted with certainty" },
	{ "a remote shell", "ssh host \"rm <tag>\"", "a; reboot", "second shell" },
	{ "a remote shell without quotes", "ssh host rm <tag>", "a; reboot", "second shell" },
	{ "sh -c", "sh -ec 'rm <tag>'", "a b", "second shell" },
	{ "something left out", "a\n...\nb", "x", "left out" },
};

Test(placeholder, refuses_values_that_could_become_shell)
{
	for (size_t i = 0; i < BG_LENGTH(REFUSALS); i++) {
		AUTO_CLEAR(Buf) out = {0};
		AUTO_CLEAR(StrList) unresolved = {0};
		Error err = {0};
		VALUE = REFUSALS[i].value;
		assert_refused(placeholder_fill_command(str_from(REFUSALS[i].text), NULL, value_of, NULL, &out, &unresolved, &err), &err,
			ERROR_INVALID, REFUSALS[i].expected);
		cr_assert(err.hint[0], "%s", REFUSALS[i].name);
	}
}

/* What /bin/sh prints for `script`. */
static char *shell_output(const char *script)
{
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		execl("/bin/sh", "sh", "-c", script, (char *) NULL);
		_exit(127);
	}
	close(ends[1]);
	Buf out = {0};
	Error err = {0};
	assert_ok(file_read_fd(ends[0], "sh", 1 << 16, &out, &err), &err);
	close(ends[0]);
	int status = 0;
	waitpid(pid, &status, 0);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s", script);
	return buf_take(&out);
}

Test(placeholder, a_real_shell_reads_each_value_as_it_was)
{
	static const char *const TEMPLATES[] = {
		"printf '%s\\n' <tag>", "printf '%s\\n' \"<tag>\"", "printf '%s\\n' '<tag>'", "printf '%s\\n' \"$(printf %s <tag>)\"",
		"printf '%s\\n' \"$(printf %s \"<tag>\")\"", "cat <<EOF\n<tag>\nEOF", "cat <<'EOF'\n<tag>\nEOF",
		"# don't\nprintf '%s\\n' <tag>", "(printf '%s\\n' <tag>)", "printf '%s\\n' \\\n<tag>",
	};
	static const char *const VALUES[] = {
		"plain", "two words", "it's", "\"double\"", "$HOME", "$(echo x)", "`echo x`", "a\\b", "\\", "\\\\", "'", "''", "*", "~", "a;b",
		"a&b|c>d", "#x", "!x", "${x}", "\\$x", "%s", "-n", "EOF", "\xc3\xa4", "{a,b}", "[a]", "\\n",
	};
	for (size_t t = 0; t < BG_LENGTH(TEMPLATES); t++)
		for (size_t v = 0; v < BG_LENGTH(VALUES); v++) {
			if (strstr(TEMPLATES[t], "<<") && strcmp(VALUES[v], "EOF") == 0)
				continue;   /* ends the here-document: tested apart */
			AUTO_CLEAR(Buf) script = {0};
			AUTO_CLEAR(StrList) unresolved = {0};
			Error err = {0};
			VALUE = VALUES[v];
			assert_ok(placeholder_fill_command(str_from(TEMPLATES[t]), NULL, value_of, NULL, &script, &unresolved, &err), &err);
			AUTO_FREE char *printed = shell_output(buf_text(&script));
			AUTO_CLEAR(Buf) expected = {0};
			buf_printf(&expected, "%s\n", VALUES[v]);
			assert_text(buf_text(&script), printed, buf_text(&expected));
		}
}

Test(placeholder, fills_prose_and_arguments_as_they_are)
{
	AUTO_CLEAR(Buf) out = {0};
	AUTO_CLEAR(StrList) unresolved = {0};
	VALUE = "a b";
	placeholder_fill_prose(STR("go to <place>, not <unset>"), NULL, value_of, NULL, &out);
	cr_assert_str_eq(buf_text(&out), "go to a b, not <unset>");
	buf_clear(&out);
	placeholder_fill_arg(STR("${x}-${unset}-$y-${-${}"), value_of, NULL, &out, &unresolved);
	cr_assert_str_eq(buf_text(&out), "a b-${unset}-$y-${-${}");
	cr_assert(unresolved.count == 1 && strlist_has(&unresolved, "unset"));
	AUTO_CLEAR(StrList) names = {0};
	placeholder_find_arg_names(STR("${x}-${y.z}-${x}"), &names);
	AUTO_FREE char *joined = strlist_join(&names, " ");
	cr_assert_str_eq(joined, "x y.z");
}

Test(placeholder, names_are_normalised)
{
	static const Case cases[] = { { "NEW Node-IP", "new_node_ip" }, { "--x--", "x" }, { "", "value" }, { "2x", "address_2x" },
		{ "saved-token", "saved_token" } };
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_FREE char *name = placeholder_normalise(str_from(cases[i].text));
		assert_text(cases[i].text, name, cases[i].expected);
	}
}
