/* kube_server.h: a Kubernetes API server of one thread on a free loopback port, so that the real kubectl is what speaks: discovery, objects by their
 * paths, lists with a label selector, the scale subresource, merge patches, dry runs, and what the real one says when it refuses. The test plays the
 * controllers: it changes `status` by putting objects. */
#pragma once
#include "core/base/json.h"
#include "core/providers/provider.h"
#include "tests/support/loopback.h"
#include "tests/support/support.h"

typedef struct KubeServer KubeServer;
KubeServer *kube_server_start(void);
KubeServer *kube_server_free(KubeServer *server);
BG_DEFINE_FREEP(KubeServer, kube_server_free)
/* Puts an object at "/apis/apps/v1/namespaces/NS/deployments/NAME", or takes it away (NULL). */
void kube_server_put(KubeServer *server, const char *path, const char *json);
/* What is there; owned; NULL when nothing is. */
Json *kube_server_get(KubeServer *server, const char *path);
/* From now on requests that are none of discovery and whose "METHOD PATH" begins so ("" = all) are answered with this status; 0 = no more. */
void kube_server_refuse(KubeServer *server, const char *request, int status);
/* To whoever asks whether they may "update deployments/scale" it says no; NULL = nothing is forbidden. */
void kube_server_forbid(KubeServer *server, const char *verb_and_resource);
void kube_server_fault(KubeServer *server, LoopbackFault fault);     /* of all answers but discovery */
/* "GET /path", one a line, without discovery; owned. */
char *kube_server_log(KubeServer *server);
const char *kube_server_url(const KubeServer *server);
/* After so many further reads of an object, it is what stands here: a controller that takes its time. */
void kube_server_later(KubeServer *server, int reads, const char *path, const char *json);

/* Objects, as the real one tells them: only what differs is said. Owned texts. */
char *kube_deployment(const char *name, int replicas, int ready);
char *kube_statefulset(const char *name, int replicas, int ready);

/* A system `s` of the server, with a kubeconfig in the fixture's folder; `more` further lines of it. */
typedef struct KubeFixture {
	KubeServer *server;
	Environment *environment;
	TempFolder folder;
	Json *args;
	Call call;
	int64_t deadline_ms;     /* of a call; 0 = 30 s */
	Buf out;                 /* what call->output got */
} KubeFixture;
#define KUBE_NS "openedx"
#define KUBE_APPS "/apis/apps/v1/namespaces/" KUBE_NS
/* False, and says so, where there is no kubectl. */
bool kube_fixture_begin(KubeFixture *fixture, const char *more);
void kube_fixture_clear(KubeFixture *fixture);
BG_DEFINE_CLEARP(KubeFixture, kube_fixture_clear)
void kube_fixture_args(KubeFixture *fixture, ...) __attribute__((sentinel));
void kube_fixture_read(KubeFixture *fixture, const char *probe, Reading *ret);
bool kube_fixture_plan(KubeFixture *fixture, const char *action, Plan *ret, Error *err);
/* plan, apply, verify; the outcome of the last that was tried. */
bool kube_fixture_do(KubeFixture *fixture, const char *action, Plan *ret_plan, ActionResult *result, Error *err);
