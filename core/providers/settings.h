/* settings.h: which settings and secrets a provider's systems may have, as a table; the check of a system against it. */
#pragma once
#include "core/environment/environment.h"
#include "core/playbook/vocabulary.h"

/* For the parameters of every verb that speaks to a system. */
#define SYSTEM_PARAM {"system", PARAM_TEXT, false, NULL, "system of the environment file; needed only where there are several"}

typedef struct SettingSpec {
	const char *name;      /* one that ends in ".*" takes every key with that beginning */
	ParamType type;
	bool required;
	bool secret;           /* a source of a secret; the others are plain settings */
	const char *help;      /* one line */
} SettingSpec;

/* Unknown, missing and ill-formed ones: one error at a time, with its place in the environment file and what to write. */
BG_CHECK bool settings_check(const Environment *environment, const EnvironmentSystem *system, const SettingSpec *specs, size_t count,
	Error *err);
/* A setting that is a path, "~/" expanded and made to start from the environment file's folder. Owned; NULL if absent. */
char *setting_path(const Environment *environment, const EnvironmentSystem *system, const char *key);
/* A path in an argument of a playbook, the same way. Owned. */
char *argument_path(const Environment *environment, const char *path);
