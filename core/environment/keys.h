/* keys.h: every key that the environment file may hold, as a table: the loader refuses others, and a test compares the table
 * with the JSON Schema that ships for editors. Keys of systems and arguments of probes beyond these belong to the providers. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef enum KeySection {
	KEYS_TOP, KEYS_PERSON, KEYS_CONTACT, KEYS_SIGNOFF, KEYS_SYSTEM, KEYS_SECRET, KEYS_PROBE, KEYS_DAMAGE, KEYS_CHECKPOINT,
	KEYS_NODES, KEYS_NODE, KEYS_COMMANDS, KEYS_BRIEFING, KEYS_ANNOUNCE,
	KEY_SECTION_COUNT
} KeySection;

typedef struct EnvironmentKey {
	const char *name;
	bool required;
	const char *help;        /* one line, also the schema's description */
} EnvironmentKey;

typedef struct EnvironmentKeys {
	const char *title;       /* "the environment", "a person": for errors */
	const char *schema_name; /* under definitions in the schema; NULL for the top */
	bool open;               /* further keys belong to somebody else */
	const EnvironmentKey *keys;
	size_t count;
} EnvironmentKeys;

extern const EnvironmentKeys ENVIRONMENT_KEYS[KEY_SECTION_COUNT];
