/* provider.c: the table of the Slack provider. */
#include "core/providers/settings.h"
#include "core/providers/slack/slack.h"

static const SettingSpec SETTINGS[] = {
	{"token", PARAM_TEXT, false, true, "bot token (xoxb-...) with chat:write, and channels:manage and channels:read to make channels"},
	{"webhook", PARAM_TEXT, false, true, "address of an incoming webhook, where there is no token: it can only post, to its own channel"},
	{"url", PARAM_URL, false, false, "address of the API, if not " SLACK_URL},
	{"channel", PARAM_TEXT, false, false, "id of the channel for messages that name none"},
	{"channel-name", PARAM_TEXT, false, false, "how an incident's channel is called; inc-${date}-${slug} if not said"},
	{"invite", PARAM_TEXT, false, false, "member ids of those who are invited to an incident's channel: U012AB3CD,U045EF6GH"},
	{"insecure", PARAM_BOOL, false, false, "true: its certificate is not checked"},
	{"ca-cert", PARAM_TEXT, false, false, "path of a PEM file with the authority of its certificate"},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	if (!settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err))
		return false;
	if (system_find_secret(system, "token") || system_find_secret(system, "webhook"))
		return true;
	error_set(err, ERROR_MISSING, "the slack system %s has neither a token nor a webhook", system->name);
	error_hint(err, "write token: { env: NAME }, or webhook: { file: PATH } where it shall only post");
	return environment_error_at(environment, system->place, err);
}

static const Action ACTIONS[] = {
	{.spec = {.name = "slack.channel", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "makes the incident's channel, sets its topic, invites; its id is what save= keeps",
			.VERB_PARAMS({"name", PARAM_TEXT, false, NULL, "its name, also with ${date} and ${slug} of the incident; the system's channel-name if not said"},
				{"topic", PARAM_TEXT, false, NULL, "its topic; names the incident if not said"},
				{"invite", PARAM_TEXT, false, NULL, "member ids, with commas; the system's own if not said"}, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 3000, .plan = slack_plan_channel, .apply = slack_apply_channel, .verify = slack_verify_channel,
		.manual = "In Slack: + next to Channels, Create; then invite and set the topic"},
	{.spec = {.name = "slack.post", .kind = VERB_ACTION, .risk = RISK_CHANGE, .help = "posts a message; its id (ts) is what save= keeps, for thread= of an answer",
			.VERB_PARAMS({"text", PARAM_TEXT, true, NULL, "what is said; & < > and @channel are text"},
				{"channel", PARAM_TEXT, false, NULL, "id of the channel; the incident's own if not said, else the system's"},
				{"thread", PARAM_TEXT, false, NULL, "id (ts) of the message that this answers"}, SYSTEM_PARAM)},
		.usual_ms = 1500, .plan = slack_plan_post, .apply = slack_apply_post, .verify = slack_verify_post,
		.manual = "In Slack: write it in the channel"},
};

static const Probe PROBES[] = {
	{.spec = {.name = "slack.announce", .kind = VERB_PROBE, .subject = "announcements in Slack",
			.help = "posts what the record says of the incident in one thread (announce: of the environment); asked alone, whether the token counts",
			.VERB_PARAMS({"channel", PARAM_TEXT, false, NULL, "id of the channel; the system's own if not said"}, SYSTEM_PARAM),
			.VERB_FIELDS({"record", PARAM_INT, "number of the record that it is about"}, {"outcome", PARAM_TEXT, "posted, not-posted or in-doubt"})},
		.every_ms = 60000, .deadline_ms = 20000, .budget_ms = 180000, .read = slack_read_announcements},
};

const Provider SLACK_PROVIDER = {
	.name = "slack", .title = "Slack", .check_system = check_system, .may = slack_may,
	.actions = ACTIONS, .action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES),
};
