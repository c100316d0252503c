/* sim_manifests.c: the manifests in the team's checkout: short ones of ours, under the names that the team's have. */
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_scripts.h"

#define DEPLOYMENT(name, app, replicas) "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " name "\n  namespace: openedx\nspec:\n  replicas: " replicas \
	"\n  selector:\n    matchLabels:\n      app: " app "\n  template:\n    metadata:\n      labels:\n        app: " app "\n    spec:\n      containers:\n" \
	"      - name: " app "\n        image: openedx/" app ":sandbox\n"

static const char MANIFEST[] =
	"apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: couchdb\n  namespace: openedx\nspec:\n  serviceName: couchdb\n  replicas: 3\n"
	"  selector:\n    matchLabels:\n      app: couchdb\n  template:\n    metadata:\n      labels:\n        app: couchdb\n    spec:\n      containers:\n"
	"      - name: couchdb\n        image: couchdb:3.3.3\n";
static const char BACKUP_VOLUME[] =
	"apiVersion: v1\nkind: PersistentVolume\nmetadata:\n  name: backup-pv\nspec:\n  capacity:\n    storage: 100Gi\n  persistentVolumeReclaimPolicy: Retain\n"
	"  local:\n    path: /opt/k3s/storage/backup\n  nodeAffinity:\n    required:\n      nodeSelectorTerms:\n      - matchExpressions:\n"
	"        - key: kubernetes.io/hostname\n          operator: In\n          values:\n          - node4\n";
static const char BACKUP_CLAIM[] =
	"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: backup-pvc\n  namespace: openedx\nspec:\n  volumeName: backup-pv\n"
	"  resources:\n    requests:\n      storage: 100Gi\n";
static const char BACKUP_JOB[] =
	"apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: " SIM_BACKUP_JOB "\n  namespace: openedx\nspec:\n  schedule: \"0 1 * * *\"\n  jobTemplate:\n    spec:\n"
	"      template:\n        spec:\n          restartPolicy: OnFailure\n          containers:\n          - name: backup\n            image: curlimages/curl:8\n";

static const struct { const char *path, *text; } MANIFESTS[] = {
	{"namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: openedx\n"},
	{"storage/couchdb-pv.yaml", "apiVersion: v1\nkind: PersistentVolume\nmetadata:\n  name: couchdb-pv\n"},
	{"couchdb/couchdb-statefulset.yaml", MANIFEST},
	{"couchdb/couchdb-service.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: couchdb-service\n  namespace: openedx\n"},
	{"openedx/lms-deployment.yaml", DEPLOYMENT("lms-deployment", "lms", "3")}, {"openedx/cms-deployment.yaml", DEPLOYMENT("cms-deployment", "cms", "3")},
	{"caddy/caddy-deployment.yaml", DEPLOYMENT("caddy", "caddy", "1")}, {"monitoring/monitoring-deployment.yaml", DEPLOYMENT("monitoring", "monitoring", "1")},
	{"backup/backup-pv.yaml", BACKUP_VOLUME}, {"backup/backup-pvc.yaml", BACKUP_CLAIM}, {"backup/backup-cronjob.yaml", BACKUP_JOB},
};

bool sim_manifests_write(const SimCluster *cluster, Error *err) {
	for (size_t i = 0; i < BG_LENGTH(MANIFESTS); i++) {
		AUTO_FREE char *path = bg_asprintf("%s/" SIM_CHECKOUT "/kubernetes/%s", cluster->folder, MANIFESTS[i].path);
		AUTO_FREE char *folder = path_folder(path);
		if (!file_make_folder(folder, 0700, err) || !file_write_atomic(path, MANIFESTS[i].text, strlen(MANIFESTS[i].text), 0600, err))
			return false;
	}
	return true;
}
