/* client_time.c: see client_time.h. */
#include "core/engine/client_time.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/playbook/value.h"

bool client_time_ask(Json *args, Error *err) {
	const char *typed = json_get_string_or(args, "value", "");
	Str text = str_trim(str_from(typed));
	bool local = text.len > strlen(" local") && str_eq_nocase(str_slice(text, text.len - strlen(" local"), text.len), STR(" local"));
	char zone[ZONE_NAME_SIZE], iso[WALL_TEXT_SIZE];
	WallTime time;
	Error why = {0};
	json_add_bool(args, "try", true);
	if (!local)
		return true;
	/* Any text may end so: only of a time something is said. */
	if (!value_read_time(text, NULL, wall_now(), &time, zone, &why)) {
		bool is_time = text.ptr[0] >= '0' && text.ptr[0] <= '9' && !strstr(why.why, "is no time");
		if (is_time && err)
			*err = why;
		return !is_time;
	}
	AUTO_FREE char *line = text_sanitised_line(typed);
	json_add_string(args, "typed", line);
	json_add_string(args, "zone", zone);
	json_add_string(args, "value", wall_format_iso(time, iso));
	return true;
}

Json *client_time_past(const char *typed, Error *err) {
	char zone[ZONE_NAME_SIZE];
	WallTime time;
	if (!value_read_past(str_from(typed), wall_now(), &time, zone, err))
		return NULL;
	AUTO_FREE char *line = text_sanitised_line(typed);
	Json *reply = json_new_object();
	json_add_int(reply, "utc", time.ms);
	json_add_string(reply, "zone", zone);
	json_add_string(reply, "typed", line);
	return reply;
}

bool client_time_is(const Json *reply) { return json_get_int(reply, "utc", 0) != 0; }

bool client_time_is_plain(const Json *reply) { return text_eq(json_get_string(reply, "zone"), "UTC"); }

void client_time_say(const Json *environment, const Json *reply, Buf *out) {
	AUTO_CLEAR(StrList) zones = {0};
	JSON_EACH(zone, json_get(environment, "zones"))
		strlist_add(&zones, json_string(zone));
	value_say_zones((WallTime){json_get_int(reply, "utc", 0)}, wall_now(), &zones, out);
}

Json *client_time_agreed(const Json *args, const Json *reply) {
	char iso[WALL_TEXT_SIZE];
	Json *agreed = json_copy(args);
	json_remove(agreed, "try");
	/* "12:30 local" can be a text as well: it is set as it stands. */
	if (!client_time_is(reply)) {
		if (json_get_string(args, "typed"))
			json_add_string(agreed, "value", json_get_string(args, "typed"));
		json_remove(agreed, "typed");
		json_remove(agreed, "zone");
		return agreed;
	}
	json_add_string(agreed, "typed", json_get_string(reply, "typed"));
	json_add_string(agreed, "zone", json_get_string(reply, "zone"));
	json_add_string(agreed, "value", wall_format_iso((WallTime){json_get_int(reply, "utc", 0)}, iso));
	return agreed;
}
