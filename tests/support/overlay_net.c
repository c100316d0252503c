/* overlay_net.c: see overlay_net.h. The kernel's plain ioctls, so that no program is needed. */
#include "tests/support/overlay_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/route.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "tests/support/small_disk.h"
#include "tests/support/support.h"

/* As in linux/ipv6.h, which cannot be had beside netinet/in.h; in6_rtmsg is in net/route.h. */
typedef struct AddressRequest { struct in6_addr address; uint32_t prefix; int index; } AddressRequest;

static void up(int fd, const char *name)
{
	struct ifreq request = { 0 };
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	cr_assert(ioctl(fd, SIOCSIFFLAGS, &request) == 0, "%s: %s", name, strerror(errno));
}

bool overlay_net_enter(const char **ret_why)
{
	if (!no_network(ret_why))
		return false;
	AUTO_CLOSE int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	*ret_why = "there is no IPv6 here";
	if (fd < 0)
		return false;
	up(fd, "lo");
	return true;
}

void overlay_net_need(void)
{
	const char *why;
	if (!overlay_net_enter(&why))
		cr_skip_test("no network of its own for this test: %s", why);
}

static struct in6_addr parse(const char *address)
{
	struct in6_addr bytes;
	cr_assert(inet_pton(AF_INET6, address, &bytes) == 1, "%s", address);
	return bytes;
}

void overlay_net_address(const char *address)
{
	AddressRequest request = { .address = parse(address), .prefix = 128, .index = (int) if_nametoindex("lo") };
	AUTO_CLOSE int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	cr_assert(fd >= 0 && ioctl(fd, SIOCSIFADDR, &request) == 0, "%s: %s", address, strerror(errno));
}

/* A TUN device that nobody reads. */
int overlay_net_hole(const char *network)
{
	int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	snprintf(request.ifr_name, sizeof request.ifr_name, "hole0");
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request) != 0) {
		bg_close_fd(&tun);
		return -1;
	}
	AUTO_CLOSE int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	cr_assert(fd >= 0);
	up(fd, "hole0");
	struct in6_rtmsg route = { .rtmsg_dst = parse(network), .rtmsg_dst_len = 64, .rtmsg_flags = RTF_UP, .rtmsg_metric = 1, .rtmsg_ifindex = (int) if_nametoindex("hole0") };
	cr_assert(ioctl(fd, SIOCADDRT, &route) == 0, "%s: %s", network, strerror(errno));
	return tun;
}

int overlay_net_silent(const char *address, int port)
{
	struct sockaddr_in6 bound = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t) port), .sin6_addr = parse(address) };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(fd >= 0 && bind(fd, (const struct sockaddr *) &bound, sizeof bound) == 0 && listen(fd, 16) == 0, "%s port %d: %s", address, port, strerror(errno));
	return fd;
}
