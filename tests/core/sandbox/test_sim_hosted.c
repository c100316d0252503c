/* A hosted project that is played: its two namespaces are apart, and only what was restored and deployed is shown. */
#include "core/sandbox/sim_hosted.h"
#include "tests/support/support.h"

static void expect_page(const SimHosted *hosted, int status, const char *part) {
	AUTO_CLEAR(SimRequest) request = {0};
	AUTO_CLEAR(SimReply) reply = {0};
	sim_request_init(&request, "GET", "/");
	sim_hosted_handle(hosted, &request, &reply);
	cr_expect(reply.status == status && strstr(buf_text(&reply.body), part), "expected %d \"%s\", got %d: %s", status, part, reply.status, buf_text(&reply.body));
}

Test(sim_hosted, the_site_shows_what_was_restored_and_deployed) {
	AUTO(SimHosted) *hosted = sim_hosted_new(wall_now());
	expect_page(hosted, 503, "Temporarily Unavailable");
	cr_expect_not(sim_hosted_deploy(hosted, "main-0000000"));
	expect_page(hosted, 503, "Temporarily Unavailable");
	cr_expect(sim_hosted_deploy(hosted, SIM_HOSTED_OLD_TAG));
	expect_page(hosted, 500, "Server Error");
	hosted->pages = 5;
	expect_page(hosted, 200, "5 pages. This is the disaster recovery site, main-51c0d2e.");
}

Test(sim_hosted, a_namespace_is_one_of_two) {
	AUTO(SimHosted) *hosted = sim_hosted_new(wall_now());
	const SimCluster *production = sim_hosted_namespace(hosted, SIM_HOSTED_PRODUCTION), *dr = sim_hosted_namespace(hosted, SIM_HOSTED_DR);
	cr_assert(production && dr && production != dr);
	cr_expect_null(sim_hosted_namespace(hosted, "default"));
	cr_expect(sim_hosted_deploy(hosted, SIM_HOSTED_TAG));
	cr_expect_eq(sim_cluster_ready(dr, sim_cluster_object(dr, "deployment.apps", "app")), 2);
	sim_cluster_object(dr, "deployment.apps", "app")->wanted = 0;
	cr_expect_eq(sim_cluster_ready(production, sim_cluster_object(production, "deployment.apps", "app")), 2, "the other one goes on");
	expect_page(hosted, 503, "Temporarily Unavailable");
}
