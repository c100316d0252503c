/* directive_table.c: the verbs of the annotation language, their words and keys, and the check of a directive against its row. */
#include "core/playbook/directive_table.h"

#include "core/base/moment.h"

#define KEYS(...) .keys = (const ParamSpec[]){__VA_ARGS__}, .key_count = sizeof((const ParamSpec[]){__VA_ARGS__}) / sizeof(ParamSpec)
#define KEY(name, type, choices) { name, type, false, choices, NULL }
#define RISKS "read|change|destructive"
#define ACTION_KEYS KEYS(KEY("save", PARAM_TEXT, NULL), KEY("risk", PARAM_CHOICE, RISKS), KEY("label", PARAM_TEXT, NULL), \
	KEY("watch", PARAM_BOOL, NULL), KEY("restores", PARAM_BOOL, NULL))

static const VerbRow ROWS[DIRECTIVE_VERB_COUNT] = {
	[DIRECTIVE_PLAYBOOK] = { .name = "playbook", .help = "names the whole file",
		KEYS(KEY("id", PARAM_TEXT, NULL), KEY("title", PARAM_TEXT, NULL), KEY("source", PARAM_TEXT, NULL),
			KEY("severity", PARAM_TEXT, NULL), KEY("review", PARAM_TEXT, NULL)) },
	[DIRECTIVE_PROCEDURE] = { .name = "procedure", .help = "this section is a procedure, which a run walks",
		KEYS(KEY("id", PARAM_TEXT, NULL), KEY("title", PARAM_TEXT, NULL), KEY("undo", PARAM_TEXT, NULL)) },
	[DIRECTIVE_VAR] = { .name = "var", .min_words = 1, .max_words = 1, .words = "NAME", .takes_call = true,
		.help = "a value that the run asks for",
		KEYS(KEY("ask", PARAM_TEXT, NULL), KEY("default", PARAM_TEXT, NULL), KEY("choice", PARAM_TEXT, NULL),
			KEY("type", PARAM_CHOICE, "text|int|time|ipv6|host|path|secret|choice"), KEY("match", PARAM_TEXT, NULL),
			KEY("replaces", PARAM_LIST, NULL), KEY("from", PARAM_TEXT, NULL), KEY("zone", PARAM_TEXT, NULL),
			KEY("to", PARAM_TEXT, NULL), KEY("format", PARAM_TEXT, NULL), KEY("oldest", PARAM_TEXT, NULL),
			KEY("newest", PARAM_TEXT, NULL), KEY("re", PARAM_TEXT, NULL)) },
	[DIRECTIVE_GATE] = { .name = "gate", .max_words = 1, .words = "ID",
		.help = "blocks this step or section until the roles have signed",
		KEYS(KEY("roles", PARAM_LIST, NULL), KEY("min", PARAM_INT, NULL), KEY("distinct", PARAM_BOOL, NULL),
			KEY("reason", PARAM_CHOICE, "required|optional"), KEY("before", PARAM_TEXT, NULL)) },
	[DIRECTIVE_DO] = { .name = "do", .min_words = 1, .max_words = 1, .words = "ACTION", .takes_call = true,
		.help = "an action on the step's main key", ACTION_KEYS },
	[DIRECTIVE_ALSO] = { .name = "also", .min_words = 1, .max_words = 1, .words = "ACTION", .takes_call = true,
		.help = "a second action, optional", ACTION_KEYS },
	[DIRECTIVE_UNDO] = { .name = "undo", .min_words = 1, .max_words = 1, .words = "ACTION", .takes_call = true,
		.help = "the action that takes this step back, offered and never automatic", ACTION_KEYS },
	[DIRECTIVE_VERIFY] = { .name = "verify", .max_words = 1, .words = "PROBE", .takes_call = true,
		.help = "the step is done only when this is true",
		KEYS(KEY("within", PARAM_SPAN, NULL), KEY("every", PARAM_SPAN, NULL), KEY("by", PARAM_CHOICE, "human"),
			KEY("sample", PARAM_INT, NULL), KEY("note", PARAM_TEXT, NULL)) },
	[DIRECTIVE_GUARD] = { .name = "guard", .max_words = 1, .words = "PROBE", .takes_call = true,
		.help = "must hold before the step's actions can be started",
		KEYS(KEY("soft", PARAM_BOOL, NULL), KEY("else", PARAM_TEXT, NULL), KEY("when", PARAM_TEXT, NULL),
			KEY("set", PARAM_TEXT, NULL), KEY("open", PARAM_TEXT, NULL), KEY("confirm", PARAM_TEXT, NULL)) },
	[DIRECTIVE_OPENS] = { .name = "opens", .min_words = 1, .max_words = DIRECTIVE_ARG_LIMIT, .words = "NAME",
		.help = "enters broken glass in the ledger", KEYS(KEY("closed-by", PARAM_TEXT, NULL)) },
	[DIRECTIVE_CLOSES] = { .name = "closes", .min_words = 1, .max_words = DIRECTIVE_ARG_LIMIT, .words = "NAME",
		.help = "strikes broken glass off the ledger" },
	[DIRECTIVE_TIMER] = { .name = "timer", .min_words = 2, .max_words = 2, .words = "start|stop|due NAME",
		.help = "starts or stops a clock, or rings a reminder",
		KEYS(KEY("label", PARAM_TEXT, NULL), KEY("every", PARAM_SPAN, NULL), KEY("after", PARAM_SPAN, NULL)) },
	[DIRECTIVE_CMD] = { .name = "cmd", .max_words = DIRECTIVE_ARG_LIMIT, .words = "optional undo", .flags = true,
		.help = "settings of the command block before it",
		KEYS(KEY("host", PARAM_TEXT, NULL), KEY("tty", PARAM_BOOL, NULL), KEY("record", PARAM_BOOL, NULL), KEY("risk", PARAM_CHOICE, RISKS),
			KEY("timeout", PARAM_SPAN, NULL), KEY("confirm", PARAM_TEXT, NULL), KEY("expect", PARAM_TEXT, NULL),
			KEY("choose", PARAM_TEXT, NULL), KEY("of", PARAM_TEXT, NULL), KEY("cwd", PARAM_TEXT, NULL),
			KEY("each", PARAM_LIST, NULL), KEY("name", PARAM_TEXT, NULL), KEY("literal", PARAM_BOOL, NULL),
			KEY("optional", PARAM_BOOL, NULL), KEY("undo", PARAM_BOOL, NULL), KEY("restores", PARAM_BOOL, NULL)) },
	[DIRECTIVE_STEP] = { .name = "step", .help = "this is a step",
		KEYS(KEY("confirm", PARAM_TEXT, NULL), KEY("reason", PARAM_CHOICE, "required|optional")) },
	[DIRECTIVE_NOTE] = { .name = "note", .help = "this is text to read, no step" },
	[DIRECTIVE_OPTIONAL] = { .name = "optional", .help = "this step may be left out",
		KEYS(KEY("reason", PARAM_CHOICE, "required|optional")) },
};

const VerbRow *verb_row(DirectiveVerb verb)
{
	return &ROWS[verb];
}

const char *directive_verb_name(DirectiveVerb verb)
{
	return ROWS[verb].name;
}

const char *directive_verb_help(DirectiveVerb verb)
{
	return ROWS[verb].help;
}

bool directive_verb_parse(Str name, DirectiveVerb *ret_verb)
{
	for (size_t i = 0; i < DIRECTIVE_VERB_COUNT; i++)
		if (str_eq_c(name, ROWS[i].name)) {
			*ret_verb = (DirectiveVerb) i;
			return true;
		}
	return false;
}

static const ParamSpec *find_key(const VerbRow *row, const char *key) {
	for (size_t i = 0; i < row->key_count; i++)
		if (text_eq(row->keys[i].name, key))
			return &row->keys[i];
	return NULL;
}

bool directive_is_own_key(DirectiveVerb verb, const char *key)
{
	return find_key(&ROWS[verb], key) != NULL;
}

static void list_keys(const VerbRow *row, const char *key, Buf *hint)
{
	for (size_t i = 0; i < row->key_count; i++)
		if (word_distance(str_from(key), str_from(row->keys[i].name)) <= 2) {
			buf_printf(hint, "did you mean %s=?", row->keys[i].name);
			return;
		}
	buf_printf(hint, "%s takes %s", row->name, row->key_count ? "" : "no keys");
	for (size_t i = 0; i < row->key_count; i++)
		buf_printf(hint, "%s%s=", i ? " " : "", row->keys[i].name);
}

static void check_own_key(const VerbRow *row, const ParamSpec *key, const DirectiveArg *arg, DiagnosticList *diagnostics)
{
	const char *why = NULL;
	if (arg->op != OP_EQ)
		diagnostic_add(diagnostics, arg->line, arg->column, "E-KEY", "write it with =", "%s of %s takes no %s", arg->key,
			row->name, directive_op_name(arg->op));
	else if (!strstr(arg->value, "${") && !param_value_fits(key->type, key->choices, str_from(arg->value), &why)) {
		AUTO_CLEAR(Buf) hint = {0};
		if (key->choices)
			buf_printf(&hint, "it takes %s", key->choices);
		diagnostic_add(diagnostics, arg->line, arg->column, "E-KEY", hint.len ? buf_text(&hint) : NULL, "%s=%s: %s", arg->key,
			arg->value, why);
	}
}

static void check_arg(const Directive *directive, const VerbRow *row, const DirectiveArg *arg, DiagnosticList *diagnostics)
{
	/* Only a value that comes from a probe has further keys: the probe's. */
	bool takes_call = row->takes_call && (directive->verb != DIRECTIVE_VAR || directive_find(directive, "from"));
	const ParamSpec *key = find_key(row, arg->key);
	if (arg->op == OP_NONE) {
		if (row->flags && (!key || key->type != PARAM_BOOL))
			diagnostic_add(diagnostics, arg->line, arg->column, "E-KEY", "a key is followed by = and its value",
				"%s does not know the word \"%s\"", row->name, arg->key);
	} else if (key) {
		check_own_key(row, key, arg, diagnostics);
	} else if (!takes_call) {
		AUTO_CLEAR(Buf) hint = {0};
		list_keys(row, arg->key, &hint);
		diagnostic_add(diagnostics, arg->line, arg->column, "E-KEY", buf_text(&hint), "%s has no key %s", row->name, arg->key);
	}
}

static void check_words(const Directive *directive, const VerbRow *row, DiagnosticList *diagnostics)
{
	size_t words = 0;
	for (size_t i = 0; i < directive->arg_count; i++) {
		const DirectiveArg *arg = &directive->args[i];
		if (arg->op != OP_NONE)
			continue;
		if (++words == row->max_words + 1)
			diagnostic_add(diagnostics, arg->line, arg->column, "E-KEY", "quote values that hold blanks: key=\"two words\"",
				"%s takes no %sword \"%s\"", row->name, row->max_words ? "further " : "", arg->key);
	}
	if (words < row->min_words)
		diagnostic_add(diagnostics, directive->line, directive->column, "E-KEY", NULL, "%s wants %s", row->name, row->words);
}

static void check_repeats(const Directive *directive, const VerbRow *row, DiagnosticList *diagnostics)
{
	for (size_t i = 0; i < directive->arg_count; i++) {
		const DirectiveArg *arg = &directive->args[i];
		if (arg->op == OP_EQ && directive_find(directive, arg->key) != arg && find_key(row, arg->key))
			diagnostic_add(diagnostics, arg->line, arg->column, "E-KEY", "keep one of them", "%s= is given twice", arg->key);
	}
}

static const char TIMER_HINT[] = "timer start NAME, timer stop NAME or timer due NAME after=SPAN";

static void check_timer(const Directive *directive, DiagnosticList *diagnostics)
{
	const char *word = directive_word(directive, 0), *why;
	if (word && !param_value_fits(PARAM_CHOICE, "start|stop|due", str_from(word), &why))
		diagnostic_add(diagnostics, directive->line, directive->column, "E-KEY", TIMER_HINT, "timer does not know \"%s\"", word);
	else if (text_eq(word, "due") && !directive_value(directive, "after") && !directive_value(directive, "every"))
		diagnostic_add(diagnostics, directive->line, directive->column, "E-KEY", TIMER_HINT, "timer due has no after= or every=");
}

/* Longer than that nothing of ours watches a command; a number of any size would be no limit at all. */
static void check_timeout(const Directive *directive, DiagnosticList *diagnostics)
{
	const DirectiveArg *arg = directive_find(directive, "timeout");
	int64_t span_ms = 0;
	if (arg && arg->value && span_parse(str_from(arg->value), &span_ms) && span_ms > COMMAND_TIMEOUT_MAX_MS)
		diagnostic_add(diagnostics, arg->line, arg->column, "E-KEY", "what takes longer is started as a service, and looked at by further commands",
			"timeout=%s is more than the 24h that a command may take", arg->value);
	else if (arg && arg->value && span_parse(str_from(arg->value), &span_ms) && span_ms <= 0)
		diagnostic_add(diagnostics, arg->line, arg->column, "E-KEY", "such as 90s, 15m or 6h", "timeout=%s leaves the command no time", arg->value);
}

void directive_check_shape(const Directive *directive, DiagnosticList *diagnostics)
{
	const VerbRow *row = verb_row(directive->verb);
	check_words(directive, row, diagnostics);
	check_repeats(directive, row, diagnostics);
	for (size_t i = 0; i < directive->arg_count; i++)
		check_arg(directive, row, &directive->args[i], diagnostics);
	if (directive->verb == DIRECTIVE_TIMER)
		check_timer(directive, diagnostics);
	if (directive->verb == DIRECTIVE_CMD)
		check_timeout(directive, diagnostics);
	if (directive->verb == DIRECTIVE_VERIFY && !directive_word(directive, 0))
		diagnostic_add(diagnostics, directive->line, directive->column, "E-KEY",
			"name a probe; what only a person can see is a step that says so, ticked by hand", "verify names nothing to look at");
	if (directive->verb == DIRECTIVE_GUARD && directive->arg_count == 0)
		diagnostic_add(diagnostics, directive->line, directive->column, "E-KEY",
			"guard PROBE field=value, NAME>value, set=NAME, open=NAME or confirm=\"...\"", "guard says no condition");
	if (directive->verb == DIRECTIVE_GATE && !directive_value(directive, "roles"))
		diagnostic_add(diagnostics, directive->line, directive->column, "E-KEY", "for example roles=product,engineering",
			"gate names no roles");
}
