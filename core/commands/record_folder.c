/* record_folder.c: see record_folder.h. */
#include "core/commands/record_folder.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/journal/order.h"

bool record_incidents(Command *command, StatePaths *ret_paths, Error *err) {
	return command_environment(command, err) && state_paths_init(command->state, command->environment->name,
		command->environment->group, ret_paths, err);
}

bool record_names(const char *incidents, StrList *ret_names, Error *err) {
	if (!file_exists(incidents))
		return true;
	if (!file_list_folder(incidents, ret_names, err))
		return false;
	journal_order(incidents, ret_names);
	return true;
}

bool record_folder(Command *command, const char *name, char **ret_folder, Error *err) {
	if (name && file_is_folder(name)) {
		*ret_folder = bg_strdup(name);
		return true;
	}
	AUTO_CLEAR(StatePaths) paths = {0};
	AUTO_CLEAR(StrList) names = {0};
	if (!record_incidents(command, &paths, err) || !record_names(paths.incidents, &names, err))
		return false;
	const char *id = name ? name : names.count ? names.items[names.count - 1] : NULL;
	AUTO_FREE char *folder = id ? path_join(paths.incidents, id) : NULL;
	if (folder && file_is_folder(folder)) {
		*ret_folder = TAKE(folder);
		return true;
	}
	error_set(err, ERROR_MISSING, name ? "there is no incident %s" : "there is no incident yet%s", name ? name : "");
	return error_hint(err, "breakglass incidents lists them");
}
