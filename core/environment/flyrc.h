/* flyrc.h: targets of the fly command line in $FLY_HOME/.flyrc, else ~/.flyrc: api, team, token (the fly client writes the file;
 * concourse/concourse fly/rc/targets.go). */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/secret.h"
#include "core/base/str.h"

#define FLYRC_MAX_BYTES (1024 * 1024)

typedef struct FlyTarget {
	char *api;               /* "https://ci.example.com" */
	char *team;              /* "main" if the file says none */
	bool insecure;           /* the user told fly not to check certificates */
	char *ca_cert;           /* PEM text; "" if none */
	Secret *token;           /* bearer token */
} FlyTarget;

/* A target that is not there or is logged out is an error. */
BG_CHECK bool fly_target_load(const char *target, FlyTarget *ret_target, Error *err);
BG_CHECK bool fly_target_parse(Str text, const char *path, const char *target, FlyTarget *ret_target, Error *err);
void fly_target_clear(FlyTarget *target);
BG_DEFINE_CLEARP(FlyTarget, fly_target_clear)
