/* commands.h: everything that a person can do in the console, one row each. The enum, the key map, the help screen, the footer,
 * the completion of the palette, the words of line mode and the table in README.md come from these rows and from nowhere else.
 * COMMAND(id, name, group, keys, contexts, danger, rank, line, label, help)
 *   name      what the palette takes after `:`, and line mode as it is
 *   keys      default keys, separated by blanks; "" = palette only
 *   contexts  where the keys work, as letters of the contexts below; resolution goes view -> widget -> global
 *   danger    SAFE at once; CONFIRM asks; BREAK_GLASS shows a plan first and wants a further key or a typed name
 *   rank      place in the footer, 1 first; 0 = never in the footer
 *   line      how line mode does it, one of COMMAND_LINE_WAYS below
 *   label     one or two words for the footer
 * CONTEXT(id, name, letter, where, modal): a modal context takes all keys; nothing falls through to the global ones. */
#pragma once

#define COMMAND_CONTEXTS(CONTEXT) \
	CONTEXT(GLOBAL, "global", 'G', "everywhere", false) \
	CONTEXT(BOARD, "board", 'b', "on the board", false) \
	CONTEXT(PLAYBOOKS, "playbooks", 'p', "on the playbooks screen", false) \
	CONTEXT(WALK, "walk", 'w', "while walking a procedure", false) \
	CONTEXT(SIGNOFF, "sign-off", 's', "on the sign-off screen", false) \
	CONTEXT(TIMELINE, "timeline", 't', "on the timeline", false) \
	CONTEXT(LEDGER, "ledger", 'l', "on the ledger", false) \
	CONTEXT(NODES, "nodes", 'n', "on the nodes screen", false) \
	CONTEXT(HELP, "help", 'h', "in the help", false) \
	CONTEXT(PALETTE, "palette", 'P', "in the command palette", true) \
	CONTEXT(LIST, "list", 'L', "in a list or an outline", false) \
	CONTEXT(PAGER, "pager", 'R', "in a long text", false) \
	CONTEXT(INPUT, "input", 'I', "while typing", true) \
	CONTEXT(DIALOG, "dialog", 'D', "in a question", true)

#define COMMAND_GROUPS(GROUP) \
	GROUP(SCREENS, "Screens") \
	GROUP(MOVE, "Moving and finding") \
	GROUP(STEP, "Steps and actions") \
	GROUP(AGREE, "Sign-off") \
	GROUP(INCIDENT, "The incident") \
	GROUP(CONSOLE, "The console")

/* NONE is only for what moves a cursor, scrolls, or changes how things are drawn or typed: there is none of that in line mode. */
#define COMMAND_LINE_WAYS(WAY) \
	WAY(NONE, "only moves, scrolls or draws") \
	WAY(DO, "the row that is named, then as by its key") \
	WAY(SCREEN, "the same, then the whole screen as text") \
	WAY(HELP, "the commands, by name") \
	WAY(FIND, "the lines of the screen that hold a text") \
	WAY(STOP, "gives the shell back")

/* What people type too: ALIAS(typed, id). */
#define COMMAND_ALIASES(ALIAS) \
	ALIAS("close", CLOSE_INCIDENT) \
	ALIAS("override", OVERRIDE)

#define COMMANDS(COMMAND) \
	COMMAND(SCREEN_BOARD, "board", SCREENS, "1", "G", SAFE, 0, SCREEN, "board", "show the board: all readings at a glance") \
	COMMAND(SCREEN_PLAYBOOKS, "playbooks", SCREENS, "p 2", "G", SAFE, 22, SCREEN, "playbooks", "show the playbooks and their procedures") \
	COMMAND(SCREEN_WALK, "walk", SCREENS, "3", "G", SAFE, 0, SCREEN, "walk", "show the procedure that is being walked") \
	COMMAND(SCREEN_SIGNOFF, "sign-off", SCREENS, "4", "G", SAFE, 0, SCREEN, "sign-off", "show the gate that waits for signatures") \
	COMMAND(SCREEN_TIMELINE, "timeline", SCREENS, "5", "G", SAFE, 0, SCREEN, "timeline", "show what happened, newest last") \
	COMMAND(SCREEN_LEDGER, "ledger", SCREENS, "6", "G", SAFE, 0, SCREEN, "ledger", "show what was opened and is not yet closed") \
	COMMAND(SCREEN_NODES, "nodes", SCREENS, "7", "G", SAFE, 0, SCREEN, "nodes", "show the machines: sorted, filtered, marked") \
	COMMAND(NEXT_SCREEN, "next-screen", SCREENS, "tab", "G", SAFE, 0, SCREEN, "next", "go to the next screen") \
	COMMAND(PREVIOUS_SCREEN, "previous-screen", SCREENS, "shift-tab", "G", SAFE, 0, SCREEN, "previous", "go to the previous screen") \
	COMMAND(CONTACTS, "contacts", SCREENS, "E", "G", SAFE, 0, SCREEN, "contacts", "show whom to call: the emergency contacts of the environment") \
	COMMAND(HELP, "help", SCREENS, "? f1", "G", SAFE, 31, HELP, "help", "show the keys of this screen and all commands") \
	COMMAND(BACK, "back", SCREENS, "esc ctrl-g", "G", SAFE, 12, SCREEN, "back", "go back, or close what is open") \
	COMMAND(PALETTE, "palette", SCREENS, ":", "G", SAFE, 30, HELP, "command", "type a command by its name") \
	\
	COMMAND(OPEN, "open", MOVE, "enter", "L", SAFE, 1, DO, "open", "open the selected row") \
	COMMAND(UP, "up", MOVE, "up k", "LR", SAFE, 0, NONE, "up", "move up a row") \
	COMMAND(DOWN, "down", MOVE, "down j", "LR", SAFE, 0, NONE, "down", "move down a row") \
	COMMAND(PAGE_UP, "page-up", MOVE, "pgup ctrl-b", "LR", SAFE, 0, NONE, "page up", "move up a page") \
	COMMAND(PAGE_DOWN, "page-down", MOVE, "pgdn ctrl-f space", "LR", SAFE, 0, NONE, "page down", "move down a page") \
	COMMAND(FIRST, "first", MOVE, "home <", "LR", SAFE, 0, NONE, "first", "go to the first row") \
	COMMAND(LAST, "last", MOVE, "end G >", "LR", SAFE, 0, NONE, "last", "go to the last row") \
	COMMAND(FOLD, "fold", MOVE, "left h", "L", SAFE, 0, NONE, "fold", "close the branch, or go to the row above it") \
	COMMAND(UNFOLD, "unfold", MOVE, "right l", "L", SAFE, 0, NONE, "unfold", "open the branch") \
	COMMAND(TEXT_UP, "text-up", MOVE, "K shift-up", "ws", SAFE, 0, NONE, "text up", "scroll the text on the right up") \
	COMMAND(TEXT_DOWN, "text-down", MOVE, "J shift-down", "ws", SAFE, 0, NONE, "text down", "scroll the text on the right down") \
	COMMAND(FILTER, "filter", MOVE, "/", "G", SAFE, 20, FIND, "filter", "show only rows with every word, none with !word; or find a text") \
	COMMAND(NEXT_MATCH, "next-match", MOVE, "]", "LR", SAFE, 0, NONE, "next match", "go to the next place found, on the board to what is not ok") \
	COMMAND(PREVIOUS_MATCH, "previous-match", MOVE, "[", "LR", SAFE, 0, NONE, "previous match", "go to the place found before, on the board likewise") \
	COMMAND(SORT, "sort", MOVE, "o", "n", SAFE, 6, DO, "sort", "sort by the next column, or by the named one: disk, load, ...") \
	COMMAND(MARK, "mark", MOVE, "space", "n", SAFE, 2, DO, "mark", "mark the selected row, or take its mark away") \
	COMMAND(MARK_ALL, "mark-all", MOVE, "a", "n", SAFE, 3, DO, "mark all", "mark all rows that are shown, or take their marks away") \
	COMMAND(TRUST, "trust", MOVE, "K", "n", CONFIRM, 5, DO, "host key...", "decide on a host key that changed or is new, by typing yes") \
	COMMAND(SEND, "send", STEP, "!", "n", BREAK_GLASS, 4, DO, "command...", "plan a command on the marked nodes, else the selected one") \
	COMMAND(SEND_AGAIN, "send-again", STEP, "R", "n", BREAK_GLASS, 7, DO, "again", "plan the newest command again where it is not done") \
	COMMAND(COPY, "copy", MOVE, "Y", "G", SAFE, 0, DO, "copy", "copy what is selected to the clipboard: a command, a link, the row") \
	COMMAND(FOLLOW, "follow", MOVE, "f", "wt", SAFE, 21, NONE, "follow", "keep the newest line in sight, or stop doing so") \
	\
	COMMAND(START, "start", STEP, "s", "p", CONFIRM, 2, DO, "start", "begin to walk the selected procedure") \
	COMMAND(SHOW, "show", STEP, "v", "p", SAFE, 3, DO, "view", "read the selected procedure as it will be walked") \
	COMMAND(TICK, "tick", STEP, "x space", "w", SAFE, 3, DO, "tick", "mark the step as done by hand") \
	COMMAND(PLAN, "plan", STEP, "p", "w", SAFE, 2, DO, "plan", "read the world and show what the step would change") \
	COMMAND(APPLY, "apply", STEP, "y", "w", BREAK_GLASS, 1, DO, "apply", "do what the open plan shows") \
	COMMAND(CANCEL, "cancel", STEP, "c", "w", CONFIRM, 8, DO, "cancel", "stop the running action; its outcome is then looked at") \
	COMMAND(RESOLVE, "resolve", STEP, "R", "w", CONFIRM, 4, DO, "resolve", "say whether an action in doubt ran or not, after looking") \
	COMMAND(SKIP, "skip", STEP, "s", "w", CONFIRM, 7, DO, "skip...", "leave the step out, with a reason") \
	COMMAND(EDIT_VALUES, "values", STEP, "e", "w", SAFE, 6, DO, "edit values", "fill in or change the values of the procedure") \
	COMMAND(VERIFY, "verify", STEP, "v", "w", SAFE, 4, DO, "verify", "look whether what the step should bring about is so") \
	COMMAND(ALSO, "also", STEP, "a", "w", SAFE, 9, DO, "also...", "plan one of the step's optional actions") \
	COMMAND(UNTICK, "untick", STEP, "X", "w", CONFIRM, 0, DO, "untick", "take the tick of a step back") \
	COMMAND(DETAILS, "details", STEP, "d", "bwstln", SAFE, 5, DO, "details", "show everything that is known about the selected row") \
	COMMAND(UNDO, "undo", STEP, "u", "wl", BREAK_GLASS, 9, DO, "undo", "plan the way back for the step or the ledger entry") \
	COMMAND(MEND, "mend", STEP, "m", "l", CONFIRM, 2, DO, "mend...", "say that an open entry was closed by hand, with a reason") \
	COMMAND(ABANDON, "abandon", STEP, "", "w", CONFIRM, 0, DO, "abandon", "stop walking this procedure, with a reason") \
	\
	COMMAND(SIGN_OFF, "gate", AGREE, "g", "w", SAFE, 4, DO, "sign-off", "open the gate of the selected step") \
	COMMAND(SIGN, "sign", AGREE, "enter y", "s", BREAK_GLASS, 1, DO, "answer", "sign the statement, in the role shown, with your own key") \
	COMMAND(REFUSE, "refuse", AGREE, "n", "s", CONFIRM, 2, DO, "no...", "refuse, with a reason") \
	COMMAND(ESCALATE, "escalate", AGREE, "e", "s", CONFIRM, 6, DO, "escalate...", "ask that somebody else decides, with a reason") \
	COMMAND(COPY_STATEMENT, "copy-statement", AGREE, "c", "s", SAFE, 7, DO, "copy", "copy the text to be signed to the terminal's clipboard") \
	COMMAND(CHOOSE_ROLE, "role", AGREE, "o", "s", SAFE, 4, DO, "role", "choose the role to sign in") \
	COMMAND(STATEMENT, "statement", AGREE, "v", "s", SAFE, 3, DO, "view", "show the exact text that is signed") \
	COMMAND(PASTE_SIGNATURE, "paste-signature", AGREE, "S", "s", CONFIRM, 5, DO, "paste", "paste a signature made elsewhere with ssh-keygen -Y sign") \
	COMMAND(WITHDRAW, "withdraw", AGREE, "w", "s", CONFIRM, 8, DO, "take back...", "take your own answer back, with a reason") \
	COMMAND(OVERRIDE, "alone", AGREE, "A", "s", BREAK_GLASS, 9, DO, "alone...", "go on alone, where the environment allows it, with a reason") \
	COMMAND(COUNTERSIGN, "countersign", AGREE, "C", "s", BREAK_GLASS, 3, DO, "countersign...", "agree afterwards to what somebody signed alone") \
	COMMAND(SIGN_BY_CODE, "code", AGREE, "t", "s", BREAK_GLASS, 10, DO, "one-time code...", "sign by a one-time code where that is allowed; weaker than a key") \
	\
	COMMAND(REFRESH, "refresh", INCIDENT, "r", "bwn", SAFE, 10, DO, "refresh", "look again now") \
	COMMAND(DECLARE, "declare", INCIDENT, "D", "G", CONFIRM, 13, DO, "declare", "begin an incident or a drill") \
	COMMAND(NOTE, "note", INCIDENT, "n", "G", SAFE, 14, DO, "note", "write a line into the record") \
	COMMAND(IMPROVEMENT, "improvement", INCIDENT, "", "G", SAFE, 0, DO, "improvement", "note what to do better next time: the report and the review take it") \
	COMMAND(SITREP, "sitrep", INCIDENT, "i", "G", SAFE, 0, DO, "sitrep", "show the situation in a few lines, and copy it for a chat message") \
	COMMAND(POST_SITREP, "post-sitrep", INCIDENT, "", "G", CONFIRM, 0, DO, "post", "post the situation where announcements go, after it was shown") \
	COMMAND(VERDICT, "damage-time", INCIDENT, "t", "b", SAFE, 11, DO, "damage time", "say when the damage began, for the verdict on the backup") \
	COMMAND(TAKE_COMMAND, "take-command", INCIDENT, "", "G", CONFIRM, 0, DO, "command", "become the incident commander") \
	COMMAND(HANDOVER, "handover", INCIDENT, "", "G", CONFIRM, 0, DO, "hand over", "hand the command to another person") \
	COMMAND(FACT, "fact", INCIDENT, "", "G", SAFE, 0, DO, "fact", "write down a fact: its name, then its value (bad-publish 22:51Z)") \
	COMMAND(SET, "set", INCIDENT, "", "G", SAFE, 0, DO, "set", "set a value of the procedure: its name, then its value") \
	COMMAND(CLOSE_INCIDENT, "end", INCIDENT, "", "G", CONFIRM, 0, DO, "end", "end the incident, once the ledger is empty") \
	\
	COMMAND(BADGE, "badge", CONSOLE, "B", "G", SAFE, 0, DO, "badge", "prove with your key who is at the keys of a shared terminal") \
	COMMAND(BADGE_OFF, "badge-off", CONSOLE, "", "G", SAFE, 0, DO, "badge off", "take the badge off: the login acts again") \
	COMMAND(THEME, "theme", CONSOLE, "", "G", SAFE, 0, NONE, "theme", "change how the console looks") \
	COMMAND(REDRAW, "redraw", CONSOLE, "ctrl-l", "G", SAFE, 0, SCREEN, "redraw", "draw the whole screen again") \
	COMMAND(SUSPEND, "suspend", CONSOLE, "ctrl-z", "G", SAFE, 0, STOP, "suspend", "stop the console and give the shell back; fg returns") \
	COMMAND(DETACH, "detach", CONSOLE, "q", "G", SAFE, 32, DO, "detach", "leave the console; everything goes on without it") \
	COMMAND(QUIT, "quit", CONSOLE, "Q", "G", CONFIRM, 0, DO, "quit", "leave the console, and stop the engine if no incident is open") \
	\
	COMMAND(ACCEPT, "accept", CONSOLE, "enter", "IPD", SAFE, 1, NONE, "accept", "take what was typed") \
	COMMAND(COMPLETE, "complete", CONSOLE, "tab", "IP", SAFE, 2, NONE, "complete", "complete the word, or go to the next field") \
	COMMAND(CANCEL_INPUT, "cancel-input", CONSOLE, "esc ctrl-c ctrl-g", "IPD", SAFE, 3, NONE, "cancel", "leave without doing anything")
