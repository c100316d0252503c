/* registry.c: every provider, and finding its verbs. The one list: a new provider is a folder and a row here. */
#include "core/providers/aws/aws.h"
#include "core/providers/az/az.h"
#include "core/providers/azure/azure.h"
#include "core/providers/backup/backup.h"
#include "core/providers/checkpoint/checkpoint.h"
#include "core/providers/command/command.h"
#include "core/providers/concourse/concourse.h"
#include "core/providers/couchdb/couchdb.h"
#include "core/providers/dns/dns_names.h"
#include "core/providers/fastly/fastly.h"
#include "core/providers/github/github.h"
#include "core/providers/http/http_probe.h"
#include "core/providers/k8s/k8s.h"
#include "core/providers/mycelium/mycelium.h"
#include "core/providers/node/node.h"
#include "core/providers/provider.h"
#include "core/providers/readiness/readiness.h"
#include "core/providers/s3/s3.h"
#include "core/providers/slack/slack.h"
#include "core/providers/trello/trello.h"

const Provider *const PROVIDERS[] = {
	&AWS_PROVIDER,
	&AZ_PROVIDER,
	&AZURE_PROVIDER,
	&BACKUP_PROVIDER,
	&CHECKPOINT_PROVIDER,
	&COMMAND_PROVIDER,
	&CONCOURSE_PROVIDER,
	&COUCHDB_PROVIDER,
	&DNS_PROVIDER,
	&FASTLY_PROVIDER,
	&GITHUB_PROVIDER,
	&HTTP_PROVIDER,
	&K8S_PROVIDER,
	&MYCELIUM_PROVIDER,
	&NODE_PROVIDER,
	&READINESS_PROVIDER,
	&S3_PROVIDER,
	&SLACK_PROVIDER,
	&TRELLO_PROVIDER,
	NULL,
};

const Provider *provider_find(const char *name) {
	for (size_t i = 0; PROVIDERS[i]; i++)
		if (text_eq(PROVIDERS[i]->name, name))
			return PROVIDERS[i];
	return NULL;
}

const Action *action_find(const char *verb) {
	for (size_t i = 0; PROVIDERS[i]; i++)
		for (size_t a = 0; a < PROVIDERS[i]->action_count; a++)
			if (text_eq(PROVIDERS[i]->actions[a].spec.name, verb))
				return &PROVIDERS[i]->actions[a];
	return NULL;
}

const Probe *probe_find(const char *verb) {
	for (size_t i = 0; PROVIDERS[i]; i++)
		for (size_t p = 0; p < PROVIDERS[i]->probe_count; p++)
			if (text_eq(PROVIDERS[i]->probes[p].spec.name, verb))
				return &PROVIDERS[i]->probes[p];
	return NULL;
}

/* Filled once, before any thread is started, from const tables: the pointers only. */
#define VERBS_MAX 256
static const VerbSpec *verbs[VERBS_MAX];
static Vocabulary vocabulary;

const Vocabulary *provider_vocabulary(void) {
	size_t count = 0;
	for (size_t i = 0; !vocabulary.count && PROVIDERS[i]; i++) {
		for (size_t a = 0; a < PROVIDERS[i]->action_count && count < VERBS_MAX; a++)
			verbs[count++] = &PROVIDERS[i]->actions[a].spec;
		for (size_t p = 0; p < PROVIDERS[i]->probe_count && count < VERBS_MAX; p++)
			verbs[count++] = &PROVIDERS[i]->probes[p].spec;
	}
	if (!vocabulary.count)
		vocabulary = (Vocabulary){verbs, count};
	return &vocabulary;
}
