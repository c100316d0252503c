/* sim_github_practice.c: the repository of a service as its team has it: one approval for a merge into main, and the workflows by which it is deployed, taken
 * into maintenance, backed up and restored. All of it is invented. */
#include "core/sandbox/sim_github_practice.h"
#include "core/base/alloc.h"

#define HOUR_MS (60 * 60 * 1000LL)
#define QUEUE_MS 2000

#define ENVIRONMENT "      environment: { description: 'Environment of the service', required: true, type: choice, options: [ staging, production ], default: staging }\n"
#define CONFIRM "      confirm-production: { description: 'Must be set to true if restoring production', required: true, type: choice, options: [ 'false', 'true' ], default: 'false' }\n"
#define BY_HAND "on:\n  workflow_dispatch:\n    inputs:\n"

static const char DEPLOY[] =
	"name: Build and deploy\nrun-name: Deploy ${{ inputs.environment }}\n" BY_HAND ENVIRONMENT
	"      sha: { description: 'Commit to deploy; the newest of the branch if empty' }\n"
	"jobs:\n"
	"  build:\n    name: Build\n    steps:\n      - { name: Build the image }\n      - { name: Push it }\n"
	"  deploy:\n    name: Deploy\n    environment: production\n    steps:\n      - { name: Plan the infrastructure }\n      - { name: Apply it }\n      - { name: Smoke test }\n";
static const char ENABLE[] =
	"name: Enable maintenance\nrun-name: Enable maintenance of ${{ inputs.environment }}\n" BY_HAND ENVIRONMENT
	"jobs:\n  enable:\n    name: Enable maintenance\n    steps:\n      - { name: Log in to the cluster }\n      - { name: Switch the ingress to the maintenance page }\n";
static const char DISABLE[] =
	"name: Disable maintenance\nrun-name: Disable maintenance of ${{ inputs.environment }}\n" BY_HAND ENVIRONMENT
	"jobs:\n  disable:\n    name: Disable maintenance\n    steps:\n      - { name: Log in to the cluster }\n      - { name: Switch the ingress to the service }\n";
static const char BACKUP[] =
	"name: Backup database to Azure storage\nrun-name: Backup of ${{ inputs.environment }}\n" BY_HAND ENVIRONMENT
	"      backup-file: { description: 'Backup file name (without extension)', default: manual }\n"
	"      db-server: { description: 'Name of the database server; the live one if empty' }\n"
	"jobs:\n  backup:\n    name: Backup\n    steps:\n      - { name: Dump the database }\n      - { name: Upload the dump }\n";
static const char POINT_IN_TIME[] =
	"name: Restore database from point in time to new database server\nrun-name: Point in time restore of ${{ inputs.environment }}\n" BY_HAND ENVIRONMENT CONFIRM
	"      restore-time: { description: 'Restore point in time in UTC, e.g. 2024-07-24T06:00:00', required: true }\n"
	"      new-db-server: { description: 'Name of the new database server', required: true }\n"
	"jobs:\n  ptr:\n    name: Restore to a new server\n    steps:\n      - { name: Log in to Azure }\n      - { name: Create the server from the point in time }\n";
static const char RESTORE[] =
	"name: Restore database from Azure storage\nrun-name: Restore of ${{ inputs.environment }} ${{ inputs.run-mark }}\n" BY_HAND ENVIRONMENT CONFIRM
	"      backup-file: { description: 'Name of the backup file in Azure storage', required: true }\n"
	"      run-mark: { description: 'Filled in by the console' }\n"
	"jobs:\n  restore:\n    name: Restore\n    steps:\n      - { name: Download the backup }\n      - { name: Load it }\n      - { name: Check the tables }\n";

SimGithub *sim_github_practice(const char *token, int64_t step_ms, WallTime now) {
	static const struct { const char *file, *yaml; int takes; } WORKFLOWS[] = {
		{ "deploy.yml", DEPLOY, 3 }, { "enable-maintenance.yml", ENABLE, 1 }, { "disable-maintenance.yml", DISABLE, 1 },
		{ "database-backup.yml", BACKUP, 2 }, { "postgres-ptr.yml", POINT_IN_TIME, 3 }, { "postgres-restore.yml", RESTORE, 2 },
	};
	SimGithub *github = sim_github_new(SIM_GITHUB_REPOSITORY);
	sim_github_add_token(github, token, "eng-practice", SIM_GITHUB_ADMIN, SIM_GITHUB_FINE_GRAINED);
	sim_github_protect(github, "main", 1, true);
	for (size_t i = 0; i < BG_LENGTH(WORKFLOWS); i++)
		sim_github_add_workflow(github, WORKFLOWS[i].file, WORKFLOWS[i].yaml, step_ms < QUEUE_MS ? 0 : QUEUE_MS, WORKFLOWS[i].takes * step_ms);
	/* A change that is ready, with its one approval. */
	(void) sim_github_add_pull(github, "main", 1);
	/* Last night's backup. */
	int64_t run = sim_github_dispatch(github, "database-backup.yml", "main", "eng-practice", NULL, (WallTime) { now.ms - 6 * HOUR_MS });
	BG_ASSERT(run > 0);
	sim_github_advance(github, now);
	return github;
}
