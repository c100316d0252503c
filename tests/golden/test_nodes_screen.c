/* test_nodes_screen.c: the machines, as pictures of the real console on a scripted engine. */
#include "board_story.h"
#include "failover_story.h"

Test(nodes_screen, shows_the_worst_first)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "142 nodes");
	terminal_wait_text(terminal, "no route, peer dead");
	story_pictures(terminal, "nodes/worst");
}

Test(nodes_screen, shows_all_that_is_known_of_one)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "no route, peer dead");
	terminal_keys(terminal, "down down d");
	terminal_wait_text(terminal, "What it tells");
	terminal_wait_text(terminal, "192.168.1.8");
	story_pictures(terminal, "nodes/details");
}

Test(nodes_screen, filters_by_words_and_without_words)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "no route, peer dead");
	terminal_keys(terminal, "/ ! s t a t e : o k space ! r o l e : m a s t e r enter");
	terminal_wait_text(terminal, "only 3 of 142 rows");
	cr_assert(terminal_shows(terminal, "node17") && terminal_shows(terminal, "node22") && !terminal_shows(terminal, "node08"));
	story_pictures(terminal, "nodes/filtered");
}

Test(nodes_screen, marks_and_sorts)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "no route, peer dead");
	terminal_keys(terminal, "space space");
	terminal_wait_text(terminal, "2 marked");
	terminal_keys(terminal, "o");
	terminal_wait_text(terminal, "by name");
	terminal_wait_text(terminal, "node01");
	terminal_keys(terminal, ": s o r t space d i s k enter");
	terminal_wait_text(terminal, "by disk");
	story_pictures(terminal, "nodes/by-disk");
	/* The marks of what is shown are all there after `a`, and all gone after one more. */
	terminal_keys(terminal, "a");
	terminal_wait_text(terminal, "142 marked");
	terminal_keys(terminal, "a");
	terminal_wait_text(terminal, "0 marked.");
}

Test(nodes_screen, says_what_would_fill_it)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "has no nodes");
	story_pictures(terminal, "nodes/empty");
}

Test(nodes_screen, decides_on_a_host_key)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "no route, peer dead");
	terminal_keys(terminal, "K");
	terminal_wait_text(terminal, "there is no host key to decide about");
	terminal_keys(terminal, "down K");
	terminal_wait_text(terminal, "SHA256:77ad");
	story_pictures(terminal, "nodes/host-key");
}

Test(nodes_screen, decides_on_the_host_key_of_a_jump_host)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_a_gate(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "the jump host gate");
	terminal_keys(terminal, "K");
	terminal_wait_text(terminal, "SHA256:q3xW");
	terminal_wait_text(terminal, "Type yes");
	story_pictures(terminal, "nodes/jump-key");
}

/* ---- a command on them ---- */

/* Sent to five, as a run beside the walk; what came of it is in the record. */
static void story_sent(Script *script, const char *aside, const char *end, const char *fields)
{
	static const char digest[] = "5b1f4f5a7c3a2d1e0f9b8a7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c9c20";
	script_record(script, "eng-oncall", 300000, "start", "{'playbook':{'id':'nodes-command','title':'Command on nodes','path':'nodes-command.md','sha256':'%s'},"
		"'procedure':{'id':'nodes-command','title':'systemctl restart mycelium on 5 nodes'},'aside':%s,'gates':[],'timers':[],'values':{},'steps':[{'id':'nodes-command/1',"
		"'number':'1','title':'Run it on 5 nodes.','parent':-1,'level':0,'kind':'step','counted':true,'verifies':0,'undo':false,'opens':[],'closes':[],"
		"'actions':[{'verb':'command.run','risk':'change'}]}]}", digest, aside);
	script_record(script, "eng-oncall", 290000, "planned", "{'run':'r2','step':'nodes-command/1','index':0,'digest':'%s','plan':{'action':'command.run',"
		"'target':'5 nodes: node08, node17, node22, node31, node33','args':{'text':'systemctl restart mycelium'},'changes':[],"
		"'basis':{'nodes':['node08','node17','node22','node31','node33']}}}", digest);
	script_record(script, "eng-oncall", 280000, "apply", "{'run':'r2','step':'nodes-command/1','index':0,'digest':'%s','confirm':'yes','subjects':{}}", digest);
	script_record(script, "engine", 270000, end, "{'action':1,%s,'nodes':[{'name':'node22','end':'done','exit':0,'output':1},"
		"{'name':'node33','end':'failed','exit':3,'why':'exit 3'},{'name':'node08','end':'not-started','why':'nothing answers at the address'},"
		"{'name':'node17','end':'%s','why':'connection refused'},{'name':'node31','end':'%s'}]}", fields, text_eq(end, "lost") ? "in-doubt" : "not-started",
		text_eq(end, "lost") ? "in-doubt" : "done");
}

Test(nodes_screen, tells_what_came_of_a_command_on_each)
{
	AUTO(Script) *script = story_begun();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	story_sent(script, "true", "finished", "'outcome':'failed','began':true,'exit':-1");
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "5 nodes: 2 done, 1 failed, 2 not started");
	terminal_keys(terminal, "/ c o m m a n d : enter");
	terminal_wait_text(terminal, "only 5 of 142 rows");
	cr_assert(terminal_shows(terminal, "failed: exit 3") && terminal_shows(terminal, "not started: conn"));
	story_pictures(terminal, "nodes/command");
}

Test(nodes_screen, keeps_what_is_in_doubt_from_being_sent_again)
{
	AUTO(Script) *script = story_begun();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	story_sent(script, "true", "lost", "'why':'nobody knows'");
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "5 nodes: 1 done, 1 failed, 2 in doubt, 1 not started");
	terminal_keys(terminal, "R");
	terminal_wait_text(terminal, "its outcome is not known on some");
}

/* Of several a person says it node by node. */
Test(nodes_screen, asks_on_which_nodes_somebody_looked)
{
	AUTO(Script) *script = story_begun();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	story_sent(script, "false", "lost", "'why':'the worker ended'");
	AUTO(Terminal) *terminal = story_console(script, &folder, "3", "IN DOUBT: nobody knows");
	terminal_keys(terminal, "R");
	terminal_wait_text(terminal, "What came of it?");
	story_pictures(terminal, "nodes/resolve");
}

Test(nodes_screen, asks_what_to_send_to_the_marked_ones)
{
	AUTO(Script) *script = story_begun();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	script_refuse(script, "command", "it does not read as one whole command", "write the command alone");
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "no route, peer dead");
	terminal_keys(terminal, "space space !");
	terminal_wait_text(terminal, "Command on nodes");
	terminal_keys(terminal, "u p t i m e");
	terminal_wait_text(terminal, "uptime");
	story_pictures(terminal, "nodes/send");
	terminal_keys(terminal, "enter enter");
	terminal_wait_text(terminal, "it does not read as one whole command");
}

Test(nodes_screen, sends_nothing_without_a_record)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "no route, peer dead");
	terminal_keys(terminal, "!");
	terminal_wait_text(terminal, "a command on machines stands in a record");
}
