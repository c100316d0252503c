/* environment.h: what is being protected, as one YAML file says it: people, systems, probes, sign-off settings and values.
 * An Environment is read once and never changes; every pointer in it lives as long as it does. Secrets are not in it: a
 * system holds only where each secret comes from (secrets.h resolves them, in the processes that may have them). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/str.h"

#define ENVIRONMENT_MAX_BYTES (4 * 1024 * 1024)
#define ENVIRONMENT_MAX_ITEMS 16384              /* people, systems, probes, nodes, values: each */
#define ENVIRONMENT_NODE_NAME_MAX 128            /* bytes: the record tells by it what came of a command there */
#define ENVIRONMENT_DEFAULT_VALIDITY_MS (15 * 60 * 1000)
#define ENVIRONMENT_DEFAULT_BADGE_MS (15 * 60 * 1000)
#define ENVIRONMENT_DEFAULT_PLAN_AGE_MS (10 * 60 * 1000)

typedef enum EnvironmentKind { ENVIRONMENT_LIVE, ENVIRONMENT_DRILL } EnvironmentKind;

/* Where a word stands in the file; line and column count from 1, 0 means not written there (a default). */
typedef struct EnvironmentPlace { int line, column; } EnvironmentPlace;

typedef struct EnvironmentPerson {
	char *name;              /* as records show it; unique */
	char *login;             /* Unix login that the engine sees; "" if none */
	char *principal;         /* as in the allowed_signers file; the name unless said otherwise */
	char *contact;           /* free text; "" if none */
	StrList roles;           /* "product", "engineering", ... */
	EnvironmentPlace place;
} EnvironmentPerson;

typedef enum SecretSourceKind {
	SECRET_SOURCE_ENV,       /* text: name of an environment variable */
	SECRET_SOURCE_FILE,      /* text: path, already relative to nothing; readable by its owner only */
	SECRET_SOURCE_COMMAND,   /* argv: a program whose stdout is the secret; text: its first word */
	SECRET_SOURCE_FLYRC,     /* text: target in ~/.flyrc */
	SECRET_SOURCE_PROFILE,   /* text: AWS profile */
} SecretSourceKind;

typedef struct SecretSource {
	SecretSourceKind kind;
	char *text;
	StrList argv;
	EnvironmentPlace place;
} SecretSource;

typedef struct EnvironmentSecret {
	char *key;               /* "token", "credentials" */
	SecretSource source;
} EnvironmentSecret;

typedef struct SettingPlace { char *key; EnvironmentPlace place; } SettingPlace;

/* An outside service. What its settings mean is its provider's business (which names errors with system_setting_place). */
typedef struct EnvironmentSystem {
	char *name;
	char *provider;
	/* Every key but `provider` and the secrets. A value is a string, an array of strings, or JSON true/false for a plain
	 * (unquoted) true/false. Numbers stay strings ("8443"): a name made of digits must not change its type. */
	Json *settings;
	SettingPlace *setting_places;
	size_t setting_count;
	EnvironmentSecret *secrets;
	size_t secret_count;
	EnvironmentPlace place;
} EnvironmentSystem;

/* A question asked again and again. */
typedef struct EnvironmentProbe {
	char *name;              /* "backup job": unique, as the board shows it */
	char *probe;             /* "concourse.job": the provider's verb */
	char *system;            /* name of a EnvironmentSystem of this file; "" if the probe needs none */
	Json *args;              /* object of strings, also for true/false; a list is joined with "," */
	SettingPlace *arg_places;
	size_t arg_count;
	/* 0 = not said here: the provider's own default counts. */
	int64_t every_ms;        /* asked this often */
	int64_t deadline_ms;     /* one look may take this long */
	int64_t budget_ms;       /* an ok reading older than this is stale */
	EnvironmentPlace place;
} EnvironmentProbe;

/* A machine that is reached over SSH. */
typedef struct EnvironmentNode {
	char *name;              /* unique, also among the probes: its readings bear it */
	char *address;           /* literal, unless by_name */
	int port;
	char *user;
	char *key;               /* path of a private key; "" = the agent's and the usual ones */
	char *role;              /* "master+worker", "master", "worker", "backup"; NULL = not said */
	char *lan;               /* another address of it, for when the overlay is gone; "" if none */
	char *jump;              /* host to go through; "" if none */
	char *backups;           /* of a backup node: the folder there, from its user's home; "" = not said */
	bool is_first_master, is_backup, by_name;
	unsigned char packed[17];/* family and bytes of a literal address, for comparing; of a name zeros */
	char *path;              /* the file in which it stands */
	EnvironmentPlace place;  /* in that file */
} EnvironmentNode;

/* Whom to call when it burns: a vendor, another team, whoever owns the building. "" = not said; at least one of phone, mail and chat is. */
typedef struct EnvironmentContact {
	char *name, *role, *phone, *mail, *chat, *hours, *note;
	EnvironmentPlace place;
} EnvironmentContact;

typedef struct ContactField { const char *label, *value; } ContactField;
#define CONTACT_FIELDS 6

typedef struct SignoffSettings {
	int64_t validity_ms;     /* a signature counts for this long */
	int64_t badge_ms;        /* a badge in a shared terminal holds for this long */
	int64_t plan_age_ms;     /* a plan older than this is made anew before it is signed */
	StrList agents;          /* sockets of ssh-agents to ask beside $SSH_AUTH_SOCK; ~/ is the signer's home, as below */
	StrList keys;            /* private key files to offer beside the agent; ~/ stays, for whoever signs to expand */
	char *signers;           /* path of the allowed_signers file; "" if none */
	bool solo;               /* one person may go on alone, with a reason, until the missing role countersigns */
	char *codes;             /* path of the secrets of one-time codes; "" = codes are not taken */
	char *revoked;           /* path of a list of revoked public keys; "" if none */
} SignoffSettings;

/* What the verdict "does the newest good backup predate the damage?" rests on; "" if not set. */
typedef struct DamageSettings {
	char *live, *backup, *bucket;   /* names of probes: the live content, the backup job, the backup bucket */
	char *since;                    /* name of a playbook's value: when the damage began */
} DamageSettings;

/* Of a drill: what those who practise are told has happened. "" = nothing, and no hint which procedure fits. */
typedef struct Briefing { char *story, *procedure; } Briefing;

typedef struct Environment {
	char *path;              /* the file, as given */
	char *folder;            /* its folder: what relative paths in it start from */
	char *name;
	EnvironmentKind kind;
	bool dedicated;          /* it is there to be restored into: as said, else a drill is */
	StrList zones;           /* of the people who take part: "Europe/London"; times are shown in them */
	StrList playbooks;       /* files and folders, resolved */
	char *group;             /* Unix group whose members may use the engine of somebody else; "" = nobody may */
	int64_t objective_ms;    /* time to restore that was promised; 0 = none */
	EnvironmentPerson *people;
	size_t person_count;
	SignoffSettings signoff;
	EnvironmentSystem *systems;
	size_t system_count;
	EnvironmentProbe *probes;
	size_t probe_count;
	EnvironmentNode *nodes;
	size_t node_count;
	StrList node_signoff;    /* roles that sign a command on machines that no playbook holds; none = it is not signed */
	StrList known_hosts;     /* files of known host keys, resolved; none = ssh's own */
	char *domain;            /* of the cluster file; NULL if there is none */
	struct Environment *published;   /* domain and nodes of the file of `published`, and nothing else; NULL = those of this environment are published */
	StrList command_path;    /* folders, resolved, that commands of playbooks search before those of PATH */
	char *command_home;      /* their home; "" = that of the engine's login */
	EnvironmentContact *contacts;
	size_t contact_count;
	Json *values;            /* object of strings: defaults of playbook variables */
	DamageSettings damage;
	Briefing briefing;
} Environment;

/* Reads and checks a whole file; nothing is left half read. Errors say file:line:column in `where` and what to do in `hint`. */
BG_CHECK bool environment_load(const char *path, Environment **ret_environment, Error *err);
/* The same from text; `path` names it in errors and is what relative paths start from. */
BG_CHECK bool environment_parse(Str text, const char *path, Environment **ret_environment, Error *err);

/* A cluster file that is about to be written: every rule that one that is loaded must keep in a live environment; beyond them it must name the platform
 * and the admin of its database, and hold no value of the example at all. `path` names it in errors. */
BG_CHECK bool environment_check_cluster(Str text, const char *path, Error *err);

const EnvironmentPerson *environment_find_person(const Environment *environment, const char *name);
const EnvironmentPerson *environment_find_login(const Environment *environment, const char *login);
const EnvironmentPerson *environment_find_principal(const Environment *environment, const char *principal);
bool person_has_role(const EnvironmentPerson *person, const char *role);
/* Every role that somebody holds, sorted, each once. */
void environment_roles(const Environment *environment, StrList *ret_roles);
const EnvironmentSystem *environment_find_system(const Environment *environment, const char *name);
/* The only system of a provider; NULL if there are none or several. */
const EnvironmentSystem *environment_only_system(const Environment *environment, const char *provider);
const EnvironmentProbe *environment_find_probe(const Environment *environment, const char *name);
/* The one whose nodes and domain DNS shall name. */
const Environment *environment_published(const Environment *environment);
const EnvironmentNode *environment_find_node(const Environment *environment, const char *name);

/* What is said of a contact beside the name, in the order in which it is needed: role, phone, mail, chat, hours, note. Borrowed; returns how many. */
size_t contact_fields(const EnvironmentContact *contact, ContactField ret[static CONTACT_FIELDS]);
/* Lines for the environment file that show how a contact is written. Static. */
const char *contact_example(void);

/* The text of a setting; NULL if it is absent or not a string. */
const char *system_setting(const EnvironmentSystem *system, const char *key);
/* A plain true/false, or "yes", "no", "true", "false". */
bool system_setting_bool(const EnvironmentSystem *system, const char *key, bool fallback);
const SecretSource *system_find_secret(const EnvironmentSystem *system, const char *key);
/* Where the key stands, or where the system (the probe) begins when it is not written. */
EnvironmentPlace system_setting_place(const EnvironmentSystem *system, const char *key);
EnvironmentPlace probe_arg_place(const EnvironmentProbe *probe, const char *key);
/* Fills in `where` as path:line:column; always false, so that a check can end in it. */
bool environment_error_at(const Environment *environment, EnvironmentPlace place, Error *err);

Environment *environment_free(Environment *environment);   /* NULL ok; returns NULL */
BG_DEFINE_FREEP(Environment, environment_free)
