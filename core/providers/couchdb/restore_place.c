/* restore_place.c: how far the restore of a database came: a small file in the run's folder. */
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/providers/couchdb/couchdb.h"

#define PLACE_MAX (16u * 1024)

/* One for each target and dump; NULL: there is no folder to keep it in. */
static char *path_of(const Call *call, const RestoreItem *item) {
	char digest[SHA256_HEX_SIZE];
	if (!call->state_folder)
		return NULL;
	AUTO_FREE char *what = bg_asprintf("%s\n%s\n%s", system_setting(call->system, "url"), item->database, item->path);
	sha256_hex(what, strlen(what), digest);
	return bg_asprintf("%s/couchdb-restore-%.16s.json", call->state_folder, digest);
}

void restore_place_find(const Call *call, const RestoreItem *item, RestorePlace *ret) {
	AUTO_FREE char *path = path_of(call, item);
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *json = NULL;
	*ret = (RestorePlace){0};
	/* What cannot be read is as if nothing had been done: doing it again does no harm. */
	if (!path || !file_exists(path) || !file_read(path, PLACE_MAX, &text, NULL) || !json_parse(buf_str(&text), &json, NULL))
		return;
	if (json_get_int(json, "bytes", -1) != item->bytes || json_get_int(json, "changed", -1) != item->changed_s)
		return;
	RestorePlace place = {json_get_bool(json, "designs", false), json_get_bool(json, "complete", false), json_get_int(json, "done", 0),
		json_get_int(json, "ids", 0), json_get_int(json, "failed", 0)};
	if (place.done >= 0 && place.ids >= 0 && place.failed >= 0)
		*ret = place;
}

bool restore_place_keep(const Call *call, const RestoreItem *item, const RestorePlace *place, Error *err) {
	AUTO_FREE char *path = path_of(call, item);
	AUTO(Json) *json = json_new_object();
	if (!path)
		return true;
	json_add_string(json, "database", item->database);
	json_add_string(json, "dump", item->path);
	json_add_int(json, "bytes", item->bytes);
	json_add_int(json, "changed", item->changed_s);
	json_add_bool(json, "designs", place->designs);
	json_add_bool(json, "complete", place->complete);
	json_add_int(json, "done", place->done);
	json_add_int(json, "ids", place->ids);
	json_add_int(json, "failed", place->failed);
	AUTO_FREE char *text = json_text(json);
	return file_write_atomic(path, text, strlen(text), 0600, err);
}
