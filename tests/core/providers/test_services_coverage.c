/* Everything that the guides to hosted projects ("1.") and to teacher services ("3.") hold, and where it is in what ships: a text that must stand in that
 * file. An item that is lost fails here. */
#include "core/base/alloc.h"
#include "coverage.h"
#include "tests/support/support.h"

#define HOSTED 33     /* items 1.01 to 1.33 */
#define TEACHER 58    /* items 3.01 to 3.58 */

static const CoverageItem HOSTED_ITEMS[] = {
	{"1.01", "two cases", "verification.md", "to a hardware or cloud failure, or to a bug or a person who deleted data"},
	{"1.02", "redundancy", "verification.md", "what runs in `us-east-1` is backed up to `us-east-2`"},
	{"1.03", "recoverability", "verification.md", "by restoring them into a freshly deployed environment"},
	{"1.04", "not staging", "verification.md", "**Not staging:** a restore goes into an environment that is there for nothing else"},
	{"1.04", "enforced", "environment.yaml", "dedicated: true"},
	{"1.05", "prerequisites", "verification.md", "the AWS account and the AWS CLI"},
	{"1.06", "canonical", "verification.md", "The project's own documentation has the canonical instructions"},
	{"1.07", "fetch", "verification.md", "inv utils.get-db-backup"},
	{"1.08", "restore", "verification.md", "inv dr deploy.db-restore --filename=<FILENAME>"},
	{"1.08", "is a restore", "verification.md", "confirm=dr restores=yes"},
	{"1.09", "recent image", "verification.md", "or another recent one, to the disaster recovery environment"},
	{"1.10", "tag", "verification.md", "kubectl -n <NAMESPACE> get deployments -o wide"},
	{"1.11", "deploy", "verification.md", "inv dr deploy --tag=<TAG>"},
	{"1.12", "Site object", "verification.md", "Update the Site object"},
	{"1.13", "pages", "verification.md", "Create new pages"},
	{"1.14", "images", "verification.md", "Upload images"},
	{"1.15", "turn off", "verification.md", "kubectl -n <NAMESPACE> scale deployments --replicas=0 --all"},
	{"1.16", "bucket", "provisioning.md", "Create the bucket `PROJECTNAME-dr-assets` in another region than the source's"},
	{"1.16", "like the source", "provisioning.md", "do aws.bucket bucket=${project}-dr-assets region=${dr_region} like=${source_bucket}"},
	{"1.17", "rule", "provisioning.md", "do aws.replication source=${source_bucket} destination=${project}-dr-assets rule=\"DR Replication\""},
	{"1.18", "existing", "provisioning.md", "s3://PROJECTNAME-dr-assets/replication-reports"},
	{"1.18", "by machine", "provisioning.md", "do aws.replicate-existing source=${source_bucket} destination=${project}-dr-assets prefix=replication-reports"},
	{"1.19", "CNAME", "provisioning.md", "such as `dr.PROJECTNAME.com`"},
	{"1.20", "shared", "provisioning.md", "group_vars/staging_shared.yaml"},
	{"1.21", "host", "provisioning.md", "host_vars/dr.yaml"},
	{"1.22", "role", "provisioning.md", "the role `ContainerInstanceRole`"},
	{"1.23", "policy", "provisioning.md", "do aws.role-policy role=ContainerInstanceRole policy=AssetsManagementPolicy bucket=${project}-dr-assets"},
	{"1.24", "statements", "provisioning.md", "\"Action\": [\"s3:*\"], \"Resource\": \"arn:aws:s3:::PROJECTNAME-dr-assets/*\""},
	{"1.25", "private", "database-backups.md", "a private bucket for the archives of its database"},
	{"1.26", "bucket", "database-backups.md", "ownership=acls-disabled public=blocked versioning=on encryption=s3"},
	{"1.27", "user", "database-backups.md", "do aws.user user=${project}-backups bucket=${project}-hosting-services file=${key_file}"},
	{"1.28", "inline policy", "database-backups.md", "with an access key for programs and this policy"},
	{"1.29", "its text", "database-backups.md", "\"Sid\": \"ObjectActions\", \"Effect\": \"Allow\", \"Action\": \"s3:PutObject\""},
	{"1.30", "systems", "README.md", "`inv`, `kubectl` and the rest are commands that you see"},
	{"1.31", "fragment", "provisioning.md", "They are a fragment: no policy by themselves"},
	{"1.32", "writer", "database-backups.md", "So a restore wants other credentials"},
	{"1.33", "wrong namespace", "verification.md", "In another namespace the same would stop production"},
	{"1.33", "confirmed", "verification.md", "do k8s.stop namespace=${namespace}"},
};

static const CoverageItem TEACHER_ITEMS[] = {
	{"3.01", "more ways", "server-loss.md", "technical-guidance.education.gov.uk/infrastructure/disaster-recovery/"},
	{"3.02", "tested", "server-loss.md", "Whether this page still fits is tried [regularly](dr-test.md)"},
	{"3.03", "precondition", "server-loss.md", "[the test was prepared first](dr-test.md#before-the-test)"},
	{"3.04", "lost", "server-loss.md", "The Azure Postgres flexible server of a service and the database in it are gone altogether"},
	{"3.05", "why not Azure's own", "server-loss.md", "belong to the server and may be gone with it"},
	{"3.06", "7 days", "server-loss.md", "and are kept for 7 days"},
	{"3.06", "looked at", "server-loss.md", "verify azure.container container=${backups_container} max-age=26h retention=7"},
	{"3.07", "objectives", "server-loss.md", "the server made anew, and last night's data in it"},
	{"3.08", "incident", "server-loss.md", "tech-docs.teacherservices.cloud/operating-a-service/incident-playbook.html"},
	{"3.08", "channel", "server-loss.md", "Open the incident's Slack channel and tell the stakeholders. The communications lead"},
	{"3.09", "alert", "server-loss.md", "Alert the developers that nobody merges into the branch"},
	{"3.10", "6", "server-loss.md", "do github.protection repo=${repo} branch=${branch} approvals=6 save=approvals_before"},
	{"3.11", "maintenance", "server-loss.md", "workflow=${enable_workflow} input.environment=${env}"},
	{"3.12", "its text", "server-loss.md", "maintenance-page.md#update-content"},
	{"3.13", "deploy", "server-loss.md", "The deployment makes the missing server"},
	{"3.14", "branch", "server-loss.md", "git switch --create name-of-recovery-branch origin/main"},
	{"3.15", "terraform", "server-loss.md", "\"send_traffic_to_maintenance_page\": true"},
	{"3.16", "push", "server-loss.md", "git push --set-upstream origin name-of-recovery-branch"},
	{"3.17", "from the branch", "server-loss.md", "workflow=${deploy_workflow} ref=${recovery_branch}"},
	{"3.18", "restore", "server-loss.md", "workflow=${restore_workflow} input.environment=${env}"},
	{"3.19", "validate", "server-loss.md", "verify http url=${temp_url} status=200"},
	{"3.20", "maintenance off", "server-loss.md", "workflow=${disable_workflow} input.environment=${env}"},
	{"3.21", "alert", "server-loss.md", "Alert the developers that they may merge again"},
	{"3.22", "back", "server-loss.md", "do github.protection repo=${repo} branch=${branch} approvals=${approvals_before}"},
	{"3.23", "soon", "data-loss.md", "Restore as soon as possible"},
	{"3.24", "window", "data-loss.md", "to the second, between 5 minutes and 7 days ago"},
	{"3.25", "new copy", "data-loss.md", "**a new copy of the server**. The live one is not touched at all"},
	{"3.25", "konduit", "data-loss.md", "scripts/konduit.sh"},
	{"3.26", "objectives", "data-loss.md", "a second server as it was at a good moment; the data looked at; the data put into the live server"},
	{"3.27", "stop first", "data-loss.md", "So it is stopped first, web and workers, before anybody is told"},
	{"3.28", "look", "data-loss.md", "kubectl -n bat-staging get deployments"},
	{"3.29", "web", "data-loss.md", "kubectl -n bat-staging scale deployment itt-mentor-services-staging --replicas 0"},
	{"3.30", "worker", "data-loss.md", "kubectl -n bat-staging scale deployment itt-mentor-services-staging-worker --replicas 0"},
	{"3.31", "examples", "data-loss.md", "The names of namespace and deployment are yours"},
	{"3.32", "incident", "data-loss.md", "tech-docs.teacherservices.cloud/operating-a-service/incident-playbook.html"},
	{"3.33", "freeze", "data-loss.md", "approvals=6 save=approvals_before"},
	{"3.34", "maintenance", "data-loss.md", "workflow=${enable_workflow} input.environment=${env}"},
	{"3.35", "flawed database", "data-loss.md", "workflow=${backup_workflow} input.environment=${env} input.backup-file=damaged-${run_day}"},
	{"3.36", "point in time", "data-loss.md", "Take one **before** the data were deleted"},
	{"3.37", "UTC", "data-loss.md", "above all during British Summer Time"},
	{"3.38", "save the copy", "data-loss.md", "input.db-server=${ptr_server} input.backup-file=restored-${run_day}"},
	{"3.39", "into the live one", "data-loss.md", "input.backup-file=restored-${run_day}.sql.gz risk=destructive restores=yes"},
	{"3.40", "troubleshooting", "data-loss.md", "Perhaps the moment was wrong, or a few rows are enough"},
	{"3.41", "install konduit", "data-loss.md", "make install-konduit"},
	{"3.42", "the copy", "data-loss.md", "bin/konduit.sh -x -s name-of-ptr-server name-of-deployment -- psql"},
	{"3.43", "example", "data-loss.md", "bin/konduit.sh -x -s s189t01-ittms-stg-pg-ptr itt-mentor-services-staging -- psql"},
	{"3.44", "the live one", "data-loss.md", "bin/konduit.sh -x name-of-deployment -- psql"},
	{"3.45", "validate", "data-loss.md", "verify http url=${temp_url} status=200"},
	{"3.46", "maintenance off", "data-loss.md", "workflow=${disable_workflow} input.environment=${env}"},
	{"3.47", "unfreeze", "data-loss.md", "approvals=${approvals_before}"},
	{"3.48", "tidy up", "data-loss.md", "Delete the copy of the server"},
	{"3.49", "after a test", "data-loss.md", "dr-test.md#after-the-test"},
	{"3.50", "retro", "review.md", "Arrange a retrospective"},
	{"3.51", "report", "review.md", "fill in the incident report"},
	{"3.52", "cards", "review.md", "Raise a Trello card for each improvement"},
	{"3.53", "systems", "environment.yaml", "provider: github"},
	{"3.53", "storage", "environment.yaml", "provider: azure"},
	{"3.54", "scaled back", "data-loss.md", "do k8s.rescale namespace=${namespace} counts=${web_before}"},
	{"3.54", "workers", "data-loss.md", "do k8s.rescale namespace=${namespace} counts=${worker_before}"},
	{"3.55", "what it was", "data-loss.md", "That is often 1, but it is what it was that counts"},
	{"3.56", "window checked", "data-loss.md", "oldest=-7d newest=-5m"},
	{"3.57", "order", "data-loss.md", "### Stop the service as soon as possible As long as the service runs"},
	{"3.58", "later revision", "README.md", "from 10 minutes after it was deleted"},
	{"3.58", "name of the copy", "data-loss.md", "default=${pg_server}-ptr"},
	{"3.58", "form of the time", "data-loss.md", "format=%Y-%m-%dT%H:%M:%S"},
};

Test(services_coverage, every_item_of_the_guide_to_hosted_projects_is_in_what_ships) {
	coverage_expect("hosted-projects", HOSTED_ITEMS, BG_LENGTH(HOSTED_ITEMS));
	for (int i = 1; i <= HOSTED; i++) {
		AUTO_FREE char *id = bg_asprintf("1.%02d", i);
		cr_expect(coverage_has(HOSTED_ITEMS, BG_LENGTH(HOSTED_ITEMS), id), "nothing says where %s is", id);
	}
}

Test(services_coverage, every_item_of_the_guide_to_teacher_services_is_in_what_ships) {
	coverage_expect("teacher-services", TEACHER_ITEMS, BG_LENGTH(TEACHER_ITEMS));
	for (int i = 1; i <= TEACHER; i++) {
		AUTO_FREE char *id = bg_asprintf("3.%02d", i);
		cr_expect(coverage_has(TEACHER_ITEMS, BG_LENGTH(TEACHER_ITEMS), id), "nothing says where %s is", id);
	}
}
