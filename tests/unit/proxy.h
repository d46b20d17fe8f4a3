#ifndef TESTS_UNIT_PROXY_H
#define TESTS_UNIT_PROXY_H

/*
 * A line to PostgreSQL that can be held and cut: what a connection sees when
 * the network fails it. A thread carries bytes between a socket of its own and
 * the server's. Held, the server's words are kept back; cut, both ends close.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROXY_LINES 16
#define PROXY_KEPT 65536

struct proxy {
	char dir[64]; /* for host= */
	char server[108];
	int listener;
	pthread_t thread;
	struct {
		int client; /* -1: free */
		int server;
		char kept[PROXY_KEPT];
		size_t kept_n;
	} lines[PROXY_LINES];
	atomic_int hold;   /* keep the server's words */
	atomic_int kept;   /* bytes kept */
	atomic_int cut;    /* hang up once */
	atomic_int refuse; /* hang up on whoever calls */
	atomic_int over;
};

static void
proxy_hang_up(struct proxy *p, int i)
{
	close(p->lines[i].client);
	close(p->lines[i].server);
	p->lines[i].client = -1;
	p->lines[i].kept_n = 0;
}

static void
proxy_accept(struct proxy *p)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int i, fd = accept(p->listener, NULL, NULL);

	for (i = 0; i < PROXY_LINES && p->lines[i].client != -1; i++)
		;
	if (i == PROXY_LINES || atomic_load(&p->refuse)) {
		close(fd);
		return;
	}
	strcpy(to.sun_path, p->server);
	p->lines[i].client = fd;
	p->lines[i].server = socket(AF_UNIX, SOCK_STREAM, 0);
	p->lines[i].kept_n = 0;
	if (connect(p->lines[i].server, (struct sockaddr *)&to, sizeof(to)) ==
	    -1)
		proxy_hang_up(p, i);
}

static void
proxy_carry(struct proxy *p, int i, int from, int to)
{
	char bytes[PROXY_KEPT / 2];
	ssize_t n = read(from, bytes, sizeof(bytes));

	if (n <= 0) {
		/* what is held stays unsaid */
		proxy_hang_up(p, i);
		return;
	}
	if (from == p->lines[i].server && atomic_load(&p->hold) &&
	    p->lines[i].kept_n + (size_t)n <= PROXY_KEPT) {
		memcpy(p->lines[i].kept + p->lines[i].kept_n, bytes, (size_t)n);
		p->lines[i].kept_n += (size_t)n;
		atomic_fetch_add(&p->kept, (int)n);
		return;
	}
	if (send(to, bytes, (size_t)n, MSG_NOSIGNAL) != n)
		proxy_hang_up(p, i);
}

/* Say what has been held back. */
static void
proxy_release(struct proxy *p)
{
	int i;

	for (i = 0; i < PROXY_LINES; i++)
		if (p->lines[i].client != -1 && p->lines[i].kept_n > 0) {
			(void)!send(p->lines[i].client, p->lines[i].kept,
			    p->lines[i].kept_n, MSG_NOSIGNAL);
			p->lines[i].kept_n = 0;
		}
	atomic_store(&p->kept, 0);
}

static void *
proxy_run(void *arg)
{
	struct proxy *p = arg;
	struct pollfd fds[1 + 2 * PROXY_LINES];
	int i, cut;

	while (!atomic_load(&p->over)) {
		fds[0] = (struct pollfd){ p->listener, POLLIN, 0 };
		for (i = 0; i < PROXY_LINES; i++) {
			int up = p->lines[i].client != -1;

			fds[1 + 2 * i] = (struct pollfd){
				up ? p->lines[i].client : -1, POLLIN, 0
			};
			fds[2 + 2 * i] = (struct pollfd){
				up ? p->lines[i].server : -1, POLLIN, 0
			};
		}
		poll(fds, 1 + 2 * PROXY_LINES, 5);
		if (fds[0].revents)
			proxy_accept(p);
		cut = atomic_exchange(&p->cut, 0);
		for (i = 0; i < PROXY_LINES; i++) {
			if (cut && p->lines[i].client != -1)
				proxy_hang_up(p, i);
			if (p->lines[i].client != -1 && fds[1 + 2 * i].revents)
				proxy_carry(p, i, p->lines[i].client,
				    p->lines[i].server);
			if (p->lines[i].client != -1 && fds[2 + 2 * i].revents)
				proxy_carry(p, i, p->lines[i].server,
				    p->lines[i].client);
		}
		if (!atomic_load(&p->hold) && atomic_load(&p->kept) > 0)
			proxy_release(p);
	}
	for (i = 0; i < PROXY_LINES; i++)
		if (p->lines[i].client != -1)
			proxy_hang_up(p, i);
	return (NULL);
}

/* A line to the server whose socket lies in a folder. */
static struct proxy *
proxy_new(const char *host)
{
	struct proxy *p = calloc(1, sizeof(*p));
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int i;

	for (i = 0; i < PROXY_LINES; i++)
		p->lines[i].client = -1;
	strcpy(p->dir, "/tmp/camket-line-XXXXXX");
	if (mkdtemp(p->dir) == NULL)
		abort();
	snprintf(p->server, sizeof(p->server), "%s/.s.PGSQL.5432", host);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/.s.PGSQL.5432", p->dir);
	p->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(p->listener, (struct sockaddr *)&at, sizeof(at)) == -1 ||
	    listen(p->listener, PROXY_LINES) == -1 ||
	    pthread_create(&p->thread, NULL, proxy_run, p) != 0)
		abort();
	return (p);
}

static void
proxy_free(struct proxy *p)
{
	char path[108];

	atomic_store(&p->over, 1);
	pthread_join(p->thread, NULL);
	close(p->listener);
	snprintf(path, sizeof(path), "%s/.s.PGSQL.5432", p->dir);
	unlink(path);
	rmdir(p->dir);
	free(p);
}

#endif
