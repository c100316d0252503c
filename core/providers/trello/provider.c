/* provider.c: the table of the Trello provider, and whether its list can be had. */
#include "core/base/text.h"
#include "core/providers/settings.h"
#include "core/providers/trello/trello.h"

static const SettingSpec SETTINGS[] = {
	{"key", PARAM_TEXT, true, true, "API key of the Power-Up (trello.com/power-ups/admin)"},
	{"token", PARAM_TEXT, true, true, "token of a member of the board with scope=read,write"},
	{"board", PARAM_TEXT, true, false, "id of the board: the part behind /b/ in its address"},
	{"list", PARAM_TEXT, false, false, "name or id of the list for cards that name none"},
	{"url", PARAM_URL, false, false, "address of the API, if not " TRELLO_URL},
	{"insecure", PARAM_BOOL, false, false, "true: its certificate is not checked"},
	{"ca-cert", PARAM_TEXT, false, false, "path of a PEM file with the authority of its certificate"},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	return settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err);
}

/* The board was seen, and is closed, or the list is not on it: bad news. Any refusal is the lack of news: of a board that a token may not see, too, Trello
 * says that there is none. */
static bool is_bad_news(const Error *err) { return !err->os_code && (err->kind == ERROR_MISSING || err->kind == ERROR_CONFLICT); }

void trello_read_list(const Call *call, Reading *ret) {
	AUTO_CLEAR(Trello) trello = {0};
	AUTO_CLEAR(TrelloPlace) place = {0};
	Error err = {0};
	if (!trello_open(call, &trello, &err)) {
		reading_set_error(ret, &err);
		reading_at_place(ret, NULL, "Trello");
		return;
	}
	trello.patient = false;
	if (trello_find_place(&trello, call_arg(call, "list"), &place, &err)) {
		AUTO_FREE char *wanted = text_sanitised_line(call_arg(call, "list") ? call_arg(call, "list") : system_setting(call->system, "list"));
		reading_set(ret, READING_OK, "list %.60s is there", wanted);
		reading_fact_string(ret, "board", place.board_name);
		reading_fact_string(ret, "list", place.list_name);
	} else {
		reading_set_error(ret, &err);
		ret->state = is_bad_news(&err) ? READING_FAIL : READING_UNKNOWN;
	}
	api_note(&trello.api, "Trello", ret);
}

static const Action ACTIONS[] = {
	{.spec = {.name = "trello.card", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "makes a card, or one for each improvement noted in the incident; never two for the same one; their addresses are what save= keeps",
			.VERB_PARAMS({"improvements", PARAM_BOOL, false, NULL, "yes: one for each that breakglass note --improvement has kept"},
				{"name", PARAM_TEXT, false, NULL, "of a card by itself"}, {"desc", PARAM_TEXT, false, NULL, "what stands on that card"},
				{"list", PARAM_TEXT, false, NULL, "name or id of the list; the system's own if not said"}, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 3000, .plan = trello_plan_card, .apply = trello_apply_card, .verify = trello_verify_card,
		.manual = "In Trello: Add a card, for each improvement"},
};

static const Probe PROBES[] = {
	{.spec = {.name = "trello.list", .kind = VERB_PROBE, .subject = "a list in Trello",
			.help = "whether key and token count, and the board and its list are there",
			.VERB_PARAMS({"list", PARAM_TEXT, false, NULL, "name or id of the list; the system's own if not said"}, SYSTEM_PARAM),
			.VERB_FIELDS({"board", PARAM_TEXT, "name of the board"}, {"list", PARAM_TEXT, "name of the list"})},
		.every_ms = 300000, .deadline_ms = 20000, .budget_ms = 900000, .read = trello_read_list},
};

const Provider TRELLO_PROVIDER = {
	.name = "trello", .title = "Trello", .check_system = check_system, .may = trello_may,
	.actions = ACTIONS, .action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES),
};
