/* roles.h: what a piece of screen means. Views name roles, never colours; a theme says how each role looks.
 * One row: identifier, name in theme files, what it is for. */
#pragma once

#define THEME_ROLES(ROLE) \
	ROLE(TEXT, "text", "ordinary text") \
	ROLE(MUTED, "muted", "ages, hints and what matters less") \
	ROLE(TITLE, "title", "the title of a screen or a box") \
	ROLE(HEADING, "heading", "a heading inside text") \
	ROLE(BAR, "bar", "the permanent bar at the top") \
	ROLE(BAR_DRILL, "bar-drill", "the word DRILL in the bar") \
	ROLE(BAR_REAL, "bar-real", "the word REAL in the bar") \
	ROLE(TAB, "tab", "a screen that can be switched to") \
	ROLE(TAB_ACTIVE, "tab-active", "the screen that is shown") \
	ROLE(BORDER, "border", "lines between areas") \
	ROLE(BORDER_ACTIVE, "border-active", "the line around what has the keys") \
	ROLE(KEY, "key", "a key in the footer or in help") \
	ROLE(KEY_LABEL, "key-label", "what the key does") \
	ROLE(DISABLED, "disabled", "a key or row that cannot be used now") \
	ROLE(OK, "ok", "seen just now and good") \
	ROLE(WARN, "warn", "seen just now and doubtful") \
	ROLE(FAIL, "fail", "seen just now and bad") \
	ROLE(STALE, "stale", "was good, but that is too long ago") \
	ROLE(UNKNOWN, "unknown", "could not look") \
	ROLE(RUNNING, "running", "being done now") \
	ROLE(WAITING, "waiting", "not begun, or waiting for a person") \
	ROLE(DONE, "done", "finished") \
	ROLE(SKIPPED, "skipped", "left out on purpose") \
	ROLE(DOUBT, "doubt", "outcome not known: a person must look") \
	ROLE(SELECTED, "selected", "the row that keys act on") \
	ROLE(MATCH, "match", "text found by a search or filter") \
	ROLE(DANGER, "danger", "words about what cannot be taken back") \
	ROLE(ADDED, "added", "the new side of a change") \
	ROLE(REMOVED, "removed", "the old side of a change") \
	ROLE(CHANGED, "changed", "the name of what changes") \
	ROLE(LINK, "link", "an address or a place to go to") \
	ROLE(CODE, "code", "a command or a literal value") \
	ROLE(OUTPUT, "output", "what a command printed") \
	ROLE(NOTICE, "notice", "a note or warning of the playbook") \
	ROLE(INPUT, "input", "what a person is typing") \
	ROLE(PROMPT, "prompt", "the question before an input") \
	ROLE(BANNER, "banner", "a message across the screen that must be seen") \
	ROLE(TOAST, "toast", "a passing message") \
	ROLE(PROGRESS, "progress", "the filled part of a progress bar") \
	ROLE(PROGRESS_REST, "progress-rest", "the empty part of a progress bar")

typedef enum Role {
#define ROLE(id, name, purpose) ROLE_##id,
	THEME_ROLES(ROLE)
#undef ROLE
	ROLE_COUNT,
} Role;

const char *role_name(Role role);     /* "bar-drill"; static */
const char *role_purpose(Role role);  /* static */
