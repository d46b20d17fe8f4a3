/*
 * The Kore module. kore.conf names three things of it: the connection callback
 * (gate_connect), the one route (camket_request), and - by convention - the
 * hooks below. The parent reads settings and keys, builds the tables and binds
 * the listeners; each process opens its own connections.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <kore/kore.h>
#include <kore/hooks.h>
#include <kore/http.h>
#include <kore/seccomp.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/issuer.h"
#include "core/keys.h"
#include "core/log.h"
#include "core/metrics.h"
#include "core/pool.h"
#include "core/redis.h"
#include "http/ctx.h"
#include "http/docs.h"
#include "http/gate.h"
#include "http/module.h"
#include "http/offload.h"
#include "http/openapi.h"
#include "http/peer.h"
#include "http/pulse.h"
#include "http/route.h"
#include "http/stream.h"
#include "http/throttle.h"

#define RESPAWN_PAUSE_MS 500

static pid_t parent;

int camket_request(struct http_request *);
int camket_load(int);
#ifdef __SANITIZE_ADDRESS__
static void module_exit(int, void *);
#endif
static void module_log(void);
static ssize_t module_log_line(void *, const char *, size_t);
static void module_bind(const char *, long);
static void module_accept(void *, int);
static void module_pool(void);
static void module_guard(void);
static void module_leave(void);
static void module_drain(void);
static void module_turn(void);

/*
 * Beyond Kore's own list: libpq and hiredis connecting (by socket, address or
 * name), task threads, zone and key files, memory of argon2, and what glibc
 * and the sanitizers ask for. Anything else ends the process.
 */
/* clang-format off */
KORE_SECCOMP_FILTER("camket",
    KORE_SYSCALL_ALLOW(newfstatat),
    KORE_SYSCALL_ALLOW(statx),
    KORE_SYSCALL_ALLOW(getdents64),
    KORE_SYSCALL_ALLOW(clone),
    KORE_SYSCALL_ALLOW(clone3),
    KORE_SYSCALL_ALLOW(rseq),
    KORE_SYSCALL_ALLOW(set_robust_list),
    KORE_SYSCALL_ALLOW(socket),
    KORE_SYSCALL_ALLOW(socketpair),
    KORE_SYSCALL_ALLOW(connect),
    KORE_SYSCALL_ALLOW(getsockopt),
    KORE_SYSCALL_ALLOW(getsockname),
    KORE_SYSCALL_ALLOW(getpeername),
    KORE_SYSCALL_ALLOW(shutdown),
    KORE_SYSCALL_ALLOW(bind),
    KORE_SYSCALL_ALLOW(sendmsg),
    KORE_SYSCALL_ALLOW(sendmmsg),
    KORE_SYSCALL_ALLOW(recvmsg),
    KORE_SYSCALL_ALLOW(uname),
    KORE_SYSCALL_ALLOW(gettid),
    KORE_SYSCALL_ALLOW(getppid),
    KORE_SYSCALL_ALLOW(getgid),
    KORE_SYSCALL_ALLOW(getegid),
    KORE_SYSCALL_ALLOW(setpriority),
    KORE_SYSCALL_ALLOW(sched_yield),
    KORE_SYSCALL_ALLOW(sched_getaffinity),
    KORE_SYSCALL_ALLOW(prlimit64),
    KORE_SYSCALL_ALLOW(sysinfo),
    KORE_SYSCALL_ALLOW(mremap),
    KORE_SYSCALL_ALLOW(mlock),
    KORE_SYSCALL_ALLOW(munlock),
    KORE_SYSCALL_ALLOW(readlinkat),
    KORE_SYSCALL_ALLOW(pread64),
    KORE_SYSCALL_ALLOW_ARG(prctl, 0, PR_SET_PDEATHSIG),
    KORE_SYSCALL_ALLOW(gettimeofday),
    KORE_SYSCALL_ALLOW(time),
    KORE_SYSCALL_ALLOW(tgkill),
    KORE_SYSCALL_ALLOW(restart_syscall))
/* clang-format on */

void
kore_parent_configure(int argc, char **argv)
{
	long processes, port;

	(void)argc;
	(void)argv;
	config_load();
	log_init("api", config_text(CFG_LOG_LEVEL));
	module_log();
#ifdef __SANITIZE_ADDRESS__
	on_exit(module_exit, NULL);
#endif
	clock_init(config_text(CFG_TZ));
	prctl(PR_SET_DUMPABLE, 0);
	parent = getpid();
	keys_load(keys_dir());
	if (peer_trust(config_text(CFG_PROXIES)) == -1)
		fatal("CAMKET_PROXIES: \"%s\" is no list of addresses",
		    config_text(CFG_PROXIES));
	issuer_load();
	api_init();
	openapi_init();
	docs_init();
	processes = config_processes();
	worker_count = (u_int16_t)processes;
	metrics_init((int)processes + 1, route_count(), route_names());
	offload_init((int)config_number(CFG_LOGINS));
	http_body_max = (size_t)config_number(CFG_BODY_MAX) + 1;
	port = config_number(CFG_METRICS_PORT);
	module_bind(config_text(CFG_HOST), config_number(CFG_PORT));
	if (port == 0)
		port = config_number(CFG_PORT) + 1000;
	module_bind("127.0.0.1", port);
	/* read here, once: the sandbox may not */
	(void)clock_today();
	srand((unsigned)time(NULL) ^ (unsigned)getpid());
}

void
kore_worker_configure(void)
{
	struct timespec pause = { 0, RESPAWN_PAUSE_MS * 1000000L };

	/* Kore respawns a dead process at once; a crash must not spin. */
	if (worker->restarted)
		nanosleep(&pause, NULL);
	module_guard();
	metrics_slot(worker->id);
	metric_add(METRIC_process_starts, 1);
	srand((unsigned)time(NULL) ^ (unsigned)getpid());
	gate_init(&(struct gate_limits){
	    .body_max = (size_t)config_number(CFG_BODY_MAX),
	    .keepalive_ms = (unsigned)config_number(CFG_KEEPALIVE_S) * 1000,
	    .head_ms = (unsigned)config_number(CFG_HEAD_S) * 1000,
	    .body_ms = (unsigned)config_number(CFG_BODY_S) * 1000 });
	module_pool();
	ctx_redis = redis_open(config_text(CFG_REDIS_URL));
	pulse_init();
	stream_init();
	throttle_init();
	log_info("started", "process %d", worker->id);
}

/* Let running requests end before Kore cuts them. */
void
kore_worker_teardown(void)
{
	module_leave();
	module_drain();
	redis_close(&ctx_redis);
	pool_close(&ctx_pool);
	log_info("stopped", "process %d", worker->id);
}

/* The one route. */
int
camket_request(struct http_request *req)
{
	return (ctx_handle(req));
}

/* Loading again would lose every connection and all that is under way. */
int
camket_load(int action)
{
	return (
	    action == KORE_MODULE_UNLOAD ? KORE_RESULT_ERROR : KORE_RESULT_OK);
}

#ifdef __SANITIZE_ADDRESS__
/*
 * A sanitizer loaded before Kore leaves a lock of the C library unbalanced, for
 * which the destructors of p11-kit, a library below libpq, wait without end.
 */
static void
module_exit(int status, void *arg)
{
	(void)arg;
	_exit(status);
}
#endif

/* What Kore itself has to say is a line of the log like any other. */
static void
module_log(void)
{
	FILE *f;

	f = fopencookie(NULL, "w",
	    (cookie_io_functions_t){ .write = module_log_line });
	if (f == NULL)
		fatal("out of memory");
	setvbuf(f, NULL, _IOLBF, 0);
	stdout = f;
}

static ssize_t
module_log_line(void *cookie, const char *text, size_t n)
{
	(void)cookie;
	log_warn("kore", "%.*s",
	    (int)(n > 0 && text[n - 1] == '\n' ? n - 1 : n), text);
	return ((ssize_t)n);
}

static void
module_bind(const char *host, long port)
{
	struct kore_server *srv;
	char text[16];

	snprintf(text, sizeof(text), "%ld", port);
	if ((srv = kore_server_lookup("camket")) == NULL)
		fatal("kore.conf has no server named camket");
	if (!kore_server_bind(srv, host, text, "gate_connect"))
		fatal("cannot listen on %s:%s: %s", host, text,
		    strerror(errno));
	LIST_FIRST(&srv->listeners)->evt.handle = module_accept;
}

/* The process that has drained first shuts the listeners, for all: to Kore an
 * error it would die of, to the others a sign that they are late. */
static void
module_accept(void *listener, int error)
{
	if (!error)
		kore_listener_accept(listener, 0);
}

static void
module_pool(void)
{
	static struct pool_settings s;
	const char *own = config_text(CFG_API_DATABASE_URL);
	int i;

	s.url = *own != '\0' ? own : config_text(CFG_DATABASE_URL);
	s.role = *own != '\0' ? NULL : "camket_api";
	s.program = "camket-api";
	s.lanes[LANE_READ] = (unsigned)config_number(CFG_DB_READS);
	s.lanes[LANE_WRITE] = (unsigned)config_number(CFG_DB_WRITES);
	s.lanes[LANE_SLOW] = (unsigned)config_number(CFG_DB_SLOW);
	s.lanes[LANE_NOTE] = 1;
	for (i = 0; i < LANE_COUNT; i++) {
		s.queue[i] = (unsigned)config_number(CFG_DB_QUEUE);
		s.wait_ms[i] = (unsigned)config_number(CFG_DB_WAIT_MS);
	}
	s.wait_ms[LANE_SLOW] *= 3;
	ctx_pool = pool_open(&s);
}

/* A process must not outlive its parent: it would hold the port that the
 * parent's successor needs, with nobody to restart it. */
static void
module_guard(void)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) == -1)
		fatal("prctl: %s", strerror(errno));
	if (getppid() != parent)
		raise(SIGTERM);
}

/*
 * Whoever has been accepted by the kernel is served, and whoever looks at
 * /readyz is told to go elsewhere, before nobody is accepted any more. Kore's
 * turn-taking at accepting has ended with its loop: here every process does.
 */
static void
module_leave(void)
{
	uint64_t end = clock_mono_ms() +
	    (uint64_t)config_number(CFG_LEAVE_S) * 1000;

	gate_leave();
	worker_accept_threshold = 0;
	if (!worker->has_lock)
		kore_platform_enable_accept();
	do
		module_turn();
	while (clock_mono_ms() < end);
	kore_platform_disable_accept();
}

static void
module_drain(void)
{
	uint64_t end = clock_mono_ms() +
	    (uint64_t)config_number(CFG_DRAIN_S) * 1000;

	stream_drain();
	gate_drain();
	while ((ctx_count() > 0 || !gate_drained()) && clock_mono_ms() < end) {
		module_turn();
		gate_drain();
	}
	if (ctx_count() > 0)
		log_warn("drain", "%d requests cut off", ctx_count());
}

/* What Kore's own loop does in a turn. */
static void
module_turn(void)
{
	kore_platform_event_wait(20);
	kore_timer_run(kore_time_ms());
	http_process();
	kore_connection_prune(KORE_CONNECTION_PRUNE_DISCONNECT);
}
