/* test_new_cluster.c: a cluster file made by answers, from a pipe and on a terminal: what is refused at which question, going back, the file that was there,
 * and the password that is seen nowhere but in the file. */
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/environment/environment.h"
#include "tests/support/process.h"
#include "tests/support/support.h"
#include "tests/support/terminal.h"

/* name, address, user, role, then whether it is the first master where that is asked, key, and whether another comes. */
#define FIRST "node1\n4a1:b2::11\n\n\n\n~/.ssh/id_rsa\n"
#define REST "\n\n\nops@school.test\n"
#define OLD_NODE(name, address, role, more) "{\"name\":\"" name "\",\"ipv6\":\"" address "\",\"user\":\"ops\",\"role\":\"" role "\"," more "\"rack\":7}"
#define OLD "{\"domain\":\"old.test\",\"nodes\":[" OLD_NODE("m1", "4a1::1", "master", "\"is_first_master\":true,") "," OLD_NODE("m2", "4a1::2", "worker", "") \
	"],\"couchdb\":{\"user\":\"chief\",\"password\":\"kept-secret\",\"size\":\"8Gi\"},\"platform_name\":\"Old\",\"platform_email\":\"a@old.test\",\"note\":\"ours\"}"
#define EXAMPLE "{\"domain\":\"school.example.com\",\"nodes\":[" OLD_NODE("m1", "2001:db8:1::10", "master", "\"is_first_master\":true,") \
	"],\"couchdb\":{\"user\":\"admin\",\"password\":\"StrongPasswordHere\"},\"platform_name\":\"P\",\"platform_email\":\"admin@example.com\"}"
#define ENTERS_OF_OLD "\n\n\n\n\n\n~/k\n\n\n\n\n\n\n\n\n\n\n\n"

typedef struct House { TempFolder folder; char *file, *program; } House;

static House house_new(void) {
	House house = {.folder = temp_folder(), .program = build_path("breakglass")};
	house.file = bg_strdup(temp_path(&house.folder, "cluster.json"));
	return house;
}

static void house_clear(House *house) {
	temp_folder_clear(&house->folder);
	free(house->file);
	free(house->program);
}
BG_DEFINE_CLEARP(House, house_clear)

static void run(const House *house, const char *answers, ProgramRun *ret) {
	const char *argv[] = {house->program, "new-cluster", house->file, NULL};
	run_program(argv, answers, NULL, ret);
}

typedef struct Case {
	const char *name, *before, *answers;
	int status;
	const char *out, *err, *file;    /* what they hold; NULL = whatever; file NULL = it is as it was */
} Case;

static const Case cases[] = {
	{"the least that is asked", NULL, "school.test\n" FIRST "no\n" REST "\n", 0, "written: ", NULL, "\"ssh_key_path\": \"~/.ssh/id_rsa\""},
	{"as the loader wants it", NULL, "school.test\n" FIRST "yes\n\n4a1:b2::14\nadmin\nbackup\n\nno\n" REST "yes\n", 0, "node2            4a1:b2::14", NULL, "\"is_backup\": true"},
	{"a domain of the example", NULL, "a.example.org\n", 1, NULL, "domain: domain is the value of the example", NULL},
	{"an address of the example", NULL, "a.test\nn\n2001:db8::1\n", 1, NULL, "IPv6 address of n: ipv6 is the value of the example", NULL},
	{"an address that is a name", NULL, "a.test\nn\nhost.a.test\n", 1, NULL, "no literal IPv6 address", NULL},
	{"an address that is there", NULL, "a.test\n" FIRST "yes\nnode2\n04a1:b2:0::11\n", 1, NULL, "node1 and node2 have the same address", NULL},
	{"a name that is there", NULL, "a.test\n" FIRST "yes\nnode1\n", 1, NULL, "name of node 2: two nodes are called \"node1\"", NULL},
	{"a user that is an option", NULL, "a.test\nn\n4a1::1\n-oProxyCommand=x\n", 1, NULL, "user of n: ", NULL},
	{"a role that is none", NULL, "a.test\nn\n4a1::1\nu\nchief\n", 1, NULL, "role of n: ", NULL},
	{"no first master", NULL, "a.test\nn\n4a1::1\nu\nworker\n\nno\n", 1, NULL, "another node (1 so far): no node is the first master", NULL},
	{"neither yes nor no", NULL, "a.test\nn\n4a1::1\nu\nmaster\nperhaps\n", 1, NULL, "n is the first master: it wants yes or no", NULL},
	{"the password of the example", NULL, "a.test\n" FIRST "no\n\nStrongPasswordHere\n", 1, NULL, "password is the value of the example", NULL},
	{"a mail address of the example", NULL, "a.test\n" FIRST "no\n\n\n\nadmin@example.com\n", 1, NULL, "platform_email is the value of the example", NULL},
	{"a mail address that is none", NULL, "a.test\n" FIRST "no\n\n\n\nadmin\n", 1, NULL, "\"admin\" is no mail address", NULL},
	{"no answer where one is needed", NULL, "\n", 1, NULL, "domain: it needs an answer", NULL},
	{"answers that end", NULL, "a.test\nnode1\n", 1, NULL, "the answers ended at: IPv6 address of node1", NULL},
	{"nothing at all", NULL, "", 1, NULL, "the answers ended at: domain", NULL},
	{"no to the last question", NULL, "school.test\n" FIRST "no\n" REST "no\n", 1, "Left. Nothing was written.", NULL, NULL},
	{"going back", NULL, "wrong.test\n<\nschool.test\nnode9\n<\n" FIRST "no\n" REST "<\nother@school.test\n\n", 0, NULL, NULL, "\"platform_email\": \"other@school.test\""},
	{"going back before the first", NULL, "<\n", 1, "this is the first question", NULL, NULL},
	{"going back takes a node away", NULL, "school.test\n" FIRST "yes\nx\n<\n<\nno\n" REST "\n", 0, NULL, NULL, "\"role\": \"master+worker\",\n      \"is_first_master\": true,\n"},
	{"what is there is offered", OLD, ENTERS_OF_OLD "yes\n", 0, "[old.test]", NULL, "\"rack\": 7"},
	{"and kept where nobody asked", OLD, ENTERS_OF_OLD "yes\n", 0, "before it was ", NULL, "\"note\": \"ours\""},
	{"its password, unseen", OLD, ENTERS_OF_OLD "yes\n", 0, "password not shown", NULL, "\"password\": \"kept-secret\",\n    \"size\": \"8Gi\""},
	{"Enter does not write over it", OLD, ENTERS_OF_OLD "\n", 1, "Type yes to write", NULL, NULL},
	{"neither does y", OLD, ENTERS_OF_OLD "y\n", 1, "Left. Nothing was written.", NULL, NULL},
	{"an example that is there is not offered", EXAMPLE, "\n", 1, NULL, "domain: it needs an answer", NULL},
	{"what is there is no JSON", "domain: a.test\n", "", 1, NULL, "no JSON object", NULL},
};

static void check_file(const Case *one, const House *house) {
	struct stat info;
	AUTO_FREE char *text = file_exists(house->file) ? read_text(house->file) : NULL;
	Error err = {0};
	if (!one->file) {
		cr_expect((!text && !one->before) || text_eq(text, one->before), "%s: the file is %s", one->name, text ? text : "-");
		return;
	}
	cr_assert(text && strstr(text, one->file), "%s: %s", one->name, text ? text : "no file");
	cr_expect(stat(house->file, &info) == 0 && (info.st_mode & 0777) == 0600, "%s: mode %o", one->name, info.st_mode & 0777);
	assert_ok(environment_check_cluster(str_from(text), house->file, &err), &err);
}

/* An old file stands beside the new one, byte by byte and for nobody else. */
static void check_kept(const Case *one, const House *house) {
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	assert_ok(file_list_folder(house->folder.path, &names, &err), &err);
	cr_assert_eq(names.count, (size_t) (one->file || one->before) + (one->before && one->file), "%s: %zu files", one->name, names.count);
	if (!one->before || !one->file)
		return;
	struct stat info;
	AUTO_FREE char *path = path_join(house->folder.path, names.items[1]);
	AUTO_FREE char *text = read_text(path);
	assert_text(one->name, text, one->before);
	cr_expect(str_starts(str_from(names.items[1]), "cluster.json.bak-20") && stat(path, &info) == 0 && (info.st_mode & 0777) == 0600, "%s", path);
}

Test(new_cluster, answers_from_a_pipe_make_a_file_or_are_refused_at_their_question) {
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const Case *one = &cases[i];
		AUTO_CLEAR(House) house = house_new();
		AUTO_CLEAR(ProgramRun) done = {0};
		if (one->before)
			temp_write(&house.folder, "cluster.json", one->before);
		run(&house, one->answers, &done);
		cr_expect_eq(done.status, one->status, "%s: %d %s %s", one->name, done.status, buf_text(&done.out), buf_text(&done.err));
		cr_expect(!one->out || strstr(buf_text(&done.out), one->out), "%s: %s", one->name, buf_text(&done.out));
		cr_expect(!one->err || strstr(buf_text(&done.err), one->err), "%s: %s", one->name, buf_text(&done.err));
		cr_expect(!one->err || strstr(buf_text(&done.err), "nothing was written") || one->before, "%s: %s", one->name, buf_text(&done.err));
		cr_expect(!strstr(buf_text(&done.out), "kept-secret") && !strstr(buf_text(&done.out), "StrongPassword"), "%s: the password is told", one->name);
		check_file(one, &house);
		check_kept(one, &house);
	}
}

Test(new_cluster, a_password_that_nobody_typed_is_another_each_time_and_not_told) {
	AUTO_FREE char *seen = NULL;
	for (int i = 0; i < 2; i++) {
		AUTO_CLEAR(House) house = house_new();
		AUTO_CLEAR(ProgramRun) done = {0};
		AUTO(Json) *json = NULL;
		run(&house, "school.test\n" FIRST "no\n" REST "\n", &done);
		AUTO_FREE char *text = read_text(house.file);
		cr_assert(json_parse(str_from(text), &json, NULL));
		const char *password = json_get_string_or(json_get(json, "couchdb"), "password", "");
		cr_expect(strlen(password) == 24 && !strstr(buf_text(&done.out), password) && !text_eq(password, seen), "%s", password);
		free(seen);
		seen = bg_strdup(password);
	}
}

Test(new_cluster, a_folder_that_is_not_there_is_told_before_the_first_question) {
	AUTO_CLEAR(House) house = house_new();
	AUTO_CLEAR(ProgramRun) done = {0};
	AUTO_FREE char *path = path_join(house.folder.path, "none/cluster.json");
	const char *argv[] = {house.program, "new-cluster", path, NULL};
	run_program(argv, "school.test\n", NULL, &done);
	cr_expect(done.status == 1 && strstr(buf_text(&done.err), "cannot write there"), "%d %s", done.status, buf_text(&done.err));
	cr_expect(!strstr(buf_text(&done.out), "domain"), "%s", buf_text(&done.out));
}

Test(new_cluster, a_terminal_errs_goes_back_and_types_unseen) {
	AUTO_CLEAR(House) house = house_new();
	const char *argv[] = {house.program, "new-cluster", house.file, NULL};
	AUTO(Terminal) *terminal = terminal_start(&(TerminalOptions){.argv = argv, .columns = 110, .rows = 60});
	static const struct { const char *type, *then; } lines[] = {
		{"school.example.com\n", "no: domain is the value of the example"}, {"wrong.test\n", "name of node 1"}, {"<\n", "[wrong.test]:"},
		{"school.test\n", "[wrong.test]: school.test\n[2 of about 30] name of node 1"}, {"node1\n", "IPv6 address of node1"}, {"10.0.0.1\n", "is no literal IPv6 address"},
		{"4a1:b2::11\n", "user of node1"}, {"\n", "role of node1"}, {"\n", "node1 is the first master"}, {"\n", "private SSH key of node1"},
		{"\n", "another node (1 so far)"}, {"no\n", "admin of CouchDB"}, {"\n", "[a new one is made]:"}, {"hush-7Wq9\n", "the same again:"},
		{"hush-7Wq8\n", "these are two\n[10 of about 12]"},
		{"hush-7Wq9\n", "these are two\n[10 of about 12] password of CouchDB's admin\n  not shown; letters and digits are safe everywhere [a new one is made]:\nthe same again:"},
		{"hush-7Wq9\n", "name of the platform"}, {"Northfield\n", "mail address"},
		{"ops@school.test\n", "Enter or yes writes"}, {"yes\n", "written: "},
	};
	terminal_wait_output(terminal, "[1 of about 30] domain");
	for (size_t i = 0; i < BG_LENGTH(lines); i++) {
		terminal_type(terminal, lines[i].type);
		terminal_wait_output(terminal, lines[i].then);
	}
	cr_expect_eq(terminal_wait_exit(terminal), 0);
	cr_expect(str_find(terminal_raw(terminal), "hush") < 0, "the password was shown");
	cr_expect(terminal_is_restored(terminal));
	AUTO_FREE char *text = read_text(house.file);
	cr_expect(strstr(text, "\"password\": \"hush-7Wq9\"") && strstr(text, "\"domain\": \"school.test\""), "%s", text);
}

Test(new_cluster, a_terminal_that_is_left_while_it_hides_shows_again) {
	AUTO_CLEAR(House) house = house_new();
	const char *argv[] = {house.program, "new-cluster", house.file, NULL};
	AUTO(Terminal) *terminal = terminal_start(&(TerminalOptions){.argv = argv, .columns = 110, .rows = 60});
	static const char *const lines[] = {"school.test\n", "node1\n", "4a1:b2::11\n", "\n", "\n", "\n", "\n", "no\n", "\n"};
	for (size_t i = 0; i < BG_LENGTH(lines); i++)
		terminal_type(terminal, lines[i]);
	terminal_wait_output(terminal, "[a new one is made]:");
	terminal_keys(terminal, "ctrl-c");
	cr_expect_eq(terminal_wait_exit(terminal), 128 + 2);
	cr_expect(terminal_is_restored(terminal) && !file_exists(house.file));
}
