/* canned.c: see canned.h. A thread for each connection; the objects of a page are made once. */
#include "canned.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/buf.h"

#define PAGE_OBJECTS 1000
#define PAGE "<!doctype html><title>Course</title><p>Lecture notes, problem sets and exams of a course.</p>\n"

static Buf objects;   /* the Contents elements of one page */

static void make_objects(void)
{
	for (int i = 0; i < PAGE_OBJECTS; i++)
		buf_printf(&objects, "<Contents><Key>courses/18-06-linear-algebra-spring-2010/resources/lecture-%05d/index.html</Key>"
			"<LastModified>2026-01-02T03:%02d:%02d.000Z</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>"
			"<Size>%d</Size><StorageClass>STANDARD</StorageClass></Contents>", i, i / 60 % 60, i % 60, i * 17 + 1);
}

static void send_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
		if (sent < 0 && errno != EINTR)
			return;
		bytes += sent > 0 ? sent : 0;
		len -= sent > 0 ? (size_t) sent : 0;
	}
}

static void answer(int fd, const char *type, const char *first, const Buf *middle, const char *last)
{
	AUTO_CLEAR(Buf) out = { 0 };
	size_t len = strlen(first) + (middle ? middle->len : 0) + strlen(last);
	buf_printf(&out, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", type, len, first);
	if (middle)
		buf_append(&out, middle->data, middle->len);
	buf_puts(&out, last);
	send_all(fd, out.data, out.len);
}

static void answer_listing(int fd, const char *target, long count)
{
	const char *token = strstr(target, "continuation-token=t");
	long page = token ? strtol(token + strlen("continuation-token=t"), NULL, 10) : 0, pages = (count + PAGE_OBJECTS - 1) / PAGE_OBJECTS;
	bool more = page + 1 < pages;
	AUTO_CLEAR(Buf) head = { 0 };
	buf_printf(&head, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
		"<Name>objects-%ld</Name><Prefix></Prefix><KeyCount>%d</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>"
		"<IsTruncated>%s</IsTruncated>", count, PAGE_OBJECTS, more ? "true" : "false");
	if (more)
		buf_printf(&head, "<NextContinuationToken>t%ld</NextContinuationToken>", page + 1);
	answer(fd, "application/xml", buf_text(&head), &objects, "</ListBucketResult>");
}

static void answer_target(int fd, const char *target)
{
	if (strncmp(target, "/objects-", 9) == 0) {
		answer_listing(fd, target, strtol(target + 9, NULL, 10));
		return;
	}
	if (strncmp(target, "/slow/", 6) == 0)
		(void) poll(NULL, 0, (int) strtol(target + 6, NULL, 10));   /* only the time matters */
	answer(fd, "text/html", PAGE, NULL, "");
}

static void *serve_connection(void *userdata)
{
	int fd = (int) (intptr_t) userdata;
	AUTO_CLEAR(Buf) in = { 0 };
	char bytes[4096], target[2048];
	ssize_t got;
	while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0) {
		buf_append(&in, bytes, (size_t) got);
		ptrdiff_t end;
		/* Requests without a body: GET and HEAD are all that comes here. */
		while ((end = str_find(buf_str(&in), "\r\n\r\n")) >= 0) {
			if (sscanf(buf_text(&in), "%*15s %2047s", target) == 1)
				answer_target(fd, target);
			buf_consume(&in, (size_t) end + 4);
		}
	}
	close(fd);
	return NULL;
}

static void serve(int listener) __attribute__((noreturn));
static void serve(int listener)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	make_objects();
	for (;;) {
		int fd = accept(listener, NULL, NULL), on = 1;
		pthread_t thread;
		if (fd < 0)
			continue;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (pthread_create(&thread, NULL, serve_connection, (void *) (intptr_t) fd) == 0)
			pthread_detach(thread);
		else
			close(fd);
	}
}

bool canned_start(Canned *ret_server)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *) &address, size) < 0 || listen(listener, 128) < 0
		|| getsockname(listener, (struct sockaddr *) &address, &size) < 0)
		return false;
	Canned server = { .port = ntohs(address.sin_port) };
	snprintf(server.url, sizeof(server.url), "http://127.0.0.1:%d", server.port);
	server.pid = fork();
	if (server.pid == 0)
		serve(listener);
	close(listener);
	*ret_server = server;
	return server.pid > 0;
}

void canned_end(Canned *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGTERM);
	while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	server->pid = 0;
}
