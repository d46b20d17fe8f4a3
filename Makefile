# Camket. `make run` starts everything; `make test` tests it; `make help` lists
# the rest.

.DEFAULT_GOAL := build
SHELL := /bin/bash
PY := /usr/bin/python3
B := build$(if $(SANITIZE),/sanitize)$(if $(FUZZING),/fuzz)

# --- how to compile -------------------------------------------------------

CC ?= gcc
WARN = -Wall -Wextra -Wformat=2 -Werror=format-security -Wno-format-truncation \
	-Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter
CPPFLAGS = -D_GNU_SOURCE -Iservices -Iworkers -I$(B) -I/usr/include/postgresql \
	-DKORE_USE_PGSQL -DKORE_USE_TASKS
CFLAGS = -std=gnu11 -g -fPIC -fstack-protector-strong -fno-omit-frame-pointer $(WARN)
ifdef SANITIZE
CFLAGS += -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined
LDFLAGS += -fsanitize=address,undefined -Wl,-z,nodelete
else ifdef FUZZING
CC := clang
CFLAGS += -O1 -Wno-unknown-warning-option \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
else
CFLAGS += -O2 -D_FORTIFY_SOURCE=2
endif
LIBS = -lpq -lhiredis -ljwt -ljansson -lsodium -lutf8proc -lcrypto -loath -lzxcvbn

# --- what to compile: one line a file -------------------------------------

CORE = \
	services/core/arena.c \
	services/core/buf.c \
	services/core/clock.c \
	services/core/config.c \
	services/core/db.c \
	services/core/field.c \
	services/core/json.c \
	services/core/issuer.c \
	services/core/keys.c \
	services/core/log.c \
	services/core/metrics.c \
	services/core/password.c \
	services/core/pool.c \
	services/core/redis.c \
	services/core/redis_address.c \
	services/core/redis_s.c \
	services/core/seal.c \
	services/core/token.c \
	services/core/totp.c \
	services/core/uuid.c
DOMAIN = \
	services/domain/event.c \
	services/domain/period.c \
	services/domain/register.c \
	services/domain/role.c \
	services/domain/state.c \
	services/domain/vocabulary.c
HTTP = \
	services/http/auth.c \
	services/http/batch.c \
	services/http/byref.c \
	services/http/change.c \
	services/http/check.c \
	services/http/component.c \
	services/http/crud.c \
	services/http/ctx.c \
	services/http/docs.c \
	services/http/feed.c \
	services/http/gate.c \
	services/http/limit.c \
	services/http/loop_kore.c \
	services/http/message.c \
	services/http/module.c \
	services/http/note.c \
	services/http/offload.c \
	services/http/openapi.c \
	services/http/operation.c \
	services/http/operation_name.c \
	services/http/operation_param.c \
	services/http/page.c \
	services/http/param.c \
	services/http/peer.c \
	services/http/problem.c \
	services/http/pulse.c \
	services/http/reader.c \
	services/http/reply.c \
	services/http/route.c \
	services/http/schema.c \
	services/http/sight.c \
	services/http/signin.c \
	services/http/stepup.c \
	services/http/stream.c \
	services/http/talk.c \
	services/http/throttle.c
API = \
	services/api/api.c \
	services/api/audit.c \
	services/api/auth.c \
	services/api/commitment.c \
	services/api/complaint.c \
	services/api/criteria_set.c \
	services/api/delegation.c \
	services/api/departure.c \
	services/api/calendar.c \
	services/api/change.c \
	services/api/document.c \
	services/api/evaluation.c \
	services/api/explanation.c \
	services/api/extension.c \
	services/api/finding.c \
	services/api/group.c \
	services/api/handover.c \
	services/api/indicator.c \
	services/api/inspection.c \
	services/api/exchange.c \
	services/api/me.c \
	services/api/measure.c \
	services/api/mfa.c \
	services/api/notification.c \
	services/api/password.c \
	services/api/period.c \
	services/api/plan.c \
	services/api/plan_import.c \
	services/api/plan_receipt.c \
	services/api/post.c \
	services/api/obligation.c \
	services/api/proposal.c \
	services/api/remediation.c \
	services/api/review.c \
	services/api/rollup.c \
	services/api/search.c \
	services/api/service.c \
	services/api/service_key.c \
	services/api/session.c \
	services/api/setting.c \
	services/api/staff.c \
	services/api/staff_event.c \
	services/api/task.c \
	services/api/task_event.c \
	services/api/ticket.c \
	services/api/unit.c
WORKER = \
	workers/loop_poll.c \
	workers/worker.c
QUEUE = \
	workers/queue.c
CHANNELS = \
	workers/channels/maildir.c \
	workers/channels/message.c \
	workers/channels/smtp.c
JOBS = \
	workers/jobs/departure.c \
	workers/jobs/due.c \
	workers/jobs/duty.c \
	workers/jobs/obligation.c \
	workers/jobs/purge.c \
	workers/jobs/recurrence.c \
	workers/jobs/seal.c \
	workers/jobs/succession.c
OPERATOR = \
	workers/operator/audit.c \
	workers/operator/clock.c \
	workers/operator/demo.c \
	workers/operator/doctor.c \
	workers/operator/import.c \
	workers/operator/init.c \
	workers/operator/jobs.c \
	workers/operator/keys.c \
	workers/operator/migrate.c \
	workers/operator/rollup.c \
	workers/operator/staff.c \
	workers/operator/token.c
SQL = $(sort $(wildcard services/*/*.sql workers/*.sql workers/*/*.sql))

# --- build ----------------------------------------------------------------

objects = $(patsubst %.c,$(B)/%.o,$(1))
SHARED = $(call objects,$(CORE) $(DOMAIN)) $(B)/queries.o
PROGRAMS = camket relay scheduler reminders rollups issuers
CARRIED = docs.html reset.html openapi.json
MODULE = $(SHARED) $(call objects,$(HTTP) $(API)) $(CARRIED:%=$(B)/carried/%.o)

.PHONY: build
build: $(B)/camket.so $(addprefix $(B)/,$(PROGRAMS))

$(B)/camket.so: $(MODULE)
	@echo "  link $@"
	@$(CC) -shared $(LDFLAGS) -o $@ $^ $(LIBS)

# Each program: its own file, what it stands on, and the libraries it needs.
$(B)/camket: $(call objects,workers/camket.c $(OPERATOR) $(WORKER)) $(SHARED)
$(B)/relay: $(call objects,workers/relay.c $(QUEUE) $(WORKER)) $(SHARED)
$(B)/scheduler: $(call objects,workers/scheduler.c $(JOBS) $(WORKER)) $(SHARED)
$(B)/reminders: $(call objects,workers/reminders.c $(CHANNELS) $(QUEUE) $(WORKER)) $(SHARED)
$(B)/rollups: $(call objects,workers/rollups.c $(QUEUE) $(WORKER)) $(SHARED)
$(B)/issuers: $(call objects,workers/issuers.c workers/channels/fetch.c $(WORKER)) $(SHARED)
$(B)/camket $(B)/reminders $(B)/issuers: LIBS += -lcurl
$(addprefix $(B)/,$(PROGRAMS)):
	@echo "  link $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/queries.c $(B)/queries.h &: services/core/query.awk services/domain/role.tbl $(SQL)
	@mkdir -p $(B)
	@echo "  sql  $@"
	@awk -v header=$(B)/queries.h -v code=$(B)/queries.c -f $^

$(B)/queries.o: $(B)/queries.c
	@$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-overlength-strings -c -o $@ $<

# Files that the module carries: docs.html as docs_html[] and docs_html_len.
$(B)/carried/%.o: name = $(subst .,_,$*)
$(B)/carried/%.o: services/http/%
	@mkdir -p $(@D)
	@{ echo 'const char $(name)[] = {'; od -An -v -tx1 $< | \
	    sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'; echo '0};'; \
	    echo 'const unsigned $(name)_len = sizeof($(name)) - 1;'; } \
	    | $(CC) $(CFLAGS) -x c -c -o $@ -

$(B)/%.o: %.c $(B)/queries.h
	@mkdir -p $(@D)
	@echo "  cc   $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(B)/services $(B)/workers -name '*.d' 2>/dev/null)

# --- run ------------------------------------------------------------------

.PHONY: deps run up down clean-data clean help
deps:
	@docker/install run build try
run: deps
	@$(MAKE) --no-print-directory -j$$(nproc) build
	@exec docker/stack run
up: deps
	@$(MAKE) --no-print-directory -j$$(nproc) build
	@docker/stack up
down:
	@docker/stack down
clean-data:
	@docker/stack clean
clean:
	@rm -rf build
help:
	@echo "make run         start everything, in the foreground; Ctrl-C ends it"
	@echo "make up | down   the same in the background"
	@echo "make clean-data  remove the data of the private stack"
	@echo "make test        every suite; one of them: test-unit test-sql test-api test-workers"
	@echo "make lint        formatting, static analysis, shell;  make arrows: who may include whom"
	@echo "make check-sql   every statement against a fresh database"
	@echo "make sanitize    every suite under ASan and UBSan"
	@echo "make bench       the speed table;  make scale, make storm, make faults, make fuzz: long, by hand"
	@echo "make check-openapi   the OpenAPI document as redocly sees it"
	@echo "make test-client     a typed client made from the document, compiled and run"
	@echo "make test-oidc       sign-in beside a provider of npm's; by hand"
	@echo "make check-image, make check-fresh: the image, and a bare machine; by hand, as root"

# --- lint -----------------------------------------------------------------

C_FILES = $(shell git ls-files '*.c' '*.h')
.PHONY: lint arrows
lint: build
	@docker/install run build lint
	@clang-format --dry-run -Werror $(C_FILES)
	@git grep -lE '^#!/bin/(ba)?sh' -- . ':!schema' | xargs shellcheck
	@echo $(filter-out tests/%,$(filter %.c,$(C_FILES))) | xargs -P$$(nproc) -n8 \
	    sh -c 'clang-tidy --quiet "$$@" -- $(CPPFLAGS) -std=gnu11 2>/dev/null' _
	@tests/readme
	@echo "lint: clean"
arrows:
	@tests/arrows

# --- test -----------------------------------------------------------------

PYTEST = $(PY) -B -m pytest -c tests/pytest.ini
UNIT = $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))


.PHONY: test test-deps check-sql check-openapi test-unit test-sql test-api test-workers sanitize
test: test-deps arrows check-sql test-unit test-sql test-api test-workers
test-deps:
	@docker/install run build proxy test
	@$(MAKE) --no-print-directory -j$$(nproc) build

# A test links what it names from here and no more.
$(B)/libcamket.a: $(SHARED) $(call objects,services/http/message.c services/http/peer.c \
    workers/loop_poll.c workers/channels/message.c)
	@rm -f $@
	@ar rcs $@ $^
$(B)/tests/unit/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(B)/libcamket.a
	@mkdir -p $(@D)
	@echo "  test $@"
	@$(CC) $(CPPFLAGS) -Itests/unit $(CFLAGS) -Wno-missing-prototypes $(LDFLAGS) -o $@ $< $(B)/libcamket.a \
	    -lcmocka $(LIBS) -lpthread

test-unit: $(UNIT)
	@CMOCKA_MESSAGE_OUTPUT=TAP tests/database prove -e '' $(UNIT)
check-sql: build
	@tests/database tests/sql/check
# What others who read OpenAPI say of ours. npm trusts whom Debian does.
export NODE_EXTRA_CA_CERTS ?= /etc/ssl/certs/ca-certificates.crt
.PHONY: npm
npm:
	@command -v npm >/dev/null || docker/install npm
check-openapi: build npm
	@cd tests/openapi && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts
	@tests/openapi/check

# The statements as tests of the database prepare them.
$(B)/statements.sql: tests/sql/statements.c $(B)/libcamket.a
	@$(CC) $(CPPFLAGS) $(LDFLAGS) -o $(B)/statements $^ $(LIBS)
	@$(B)/statements tap >$@
test-sql: PSQL = psql -qXAt -v ON_ERROR_STOP=1 \
    -v statements=$(abspath $(B))/statements.sql -f
test-sql: build $(B)/statements.sql
	@tests/database prove -e '$(PSQL)' tests/sql/*.sql
# Two at a time: each has a stack of its own, and much of a test is waiting.
test-api: build
	@$(PYTEST) -n 2 --dist loadfile tests/api
# A storm of logins beside reads: figures, by hand.
.PHONY: storm
storm: build
	@$(PY) -B tests/storm/storm.py
# Beside a real OpenID provider from npm; by hand.
.PHONY: test-oidc
test-oidc: build npm
	@$(PYTEST) tests/oidc
# A typed client from npm's generator, compiled and run.
.PHONY: test-client
test-client: build npm
	@$(PYTEST) tests/client
test-workers: build
	@$(PYTEST) tests/workers

# Kore itself is not instrumented: the library is loaded before it.
WATCHED = CAMKET_BUILD=$(abspath build/sanitize) \
	CAMKET_PRELOAD=$$($(CC) -print-file-name=libasan.so):$$($(CC) -print-file-name=libubsan.so)
.PHONY: sanitize sanitize-ci
sanitize: sanitize-ci
	@$(WATCHED) $(MAKE) --no-print-directory SANITIZE=1 test-workers
sanitize-ci: test-deps
	@$(MAKE) --no-print-directory -j$$(nproc) SANITIZE=1 build
	@$(WATCHED) $(MAKE) --no-print-directory SANITIZE=1 test-unit test-api

# --- long, by hand --------------------------------------------------------

ROUNDS ?= 50
.PHONY: faults bench scale fuzz check-image check-fresh
# The image built, run by docker/compose.yaml and tested; and the README's two
# commands on a bare Debian.
check-image:
	@tests/image/run
check-fresh:
	@tests/fresh
FUZZ_S ?= 60
FUZZERS = field json letter message token
# Each parser for FUZZ_S seconds; what is found stays in build/fuzz. One alone:
# make fuzz FUZZERS=json
fuzz:
	@docker/install run build lint
	@$(MAKE) --no-print-directory -j$$(nproc) FUZZING=1 \
	    $(FUZZERS:%=build/fuzz/%)
	@for f in $(FUZZERS); do mkdir -p build/fuzz/corpus/$$f; \
	    build/fuzz/$$f -max_total_time=$(FUZZ_S) -max_len=20000 \
		-artifact_prefix=build/fuzz/$$f- -print_final_stats=1 \
		build/fuzz/corpus/$$f tests/fuzz/corpus/$$f \
		>build/fuzz/$$f.log 2>&1 || \
		{ grep -v '^#' build/fuzz/$$f.log | tail -40; exit 1; }; \
	    echo "fuzz $$f: $$(awk '/executed_units/ { print $$2 }' \
		build/fuzz/$$f.log) inputs in $(FUZZ_S) s, nothing found"; done
ifdef FUZZING
$(FUZZERS:%=$(B)/%): $(B)/%: tests/fuzz/%.c tests/fuzz/fuzz.h $(B)/libcamket.a
	@echo "  fuzz $@"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-missing-prototypes \
	    -fsanitize=fuzzer,address,undefined -o $@ $< $(B)/libcamket.a $(LIBS)
endif
bench: test-deps
	@tests/bench/bench.py
# Lists among a million tasks. The stack is kept for the next time with
# make scale SCALE=--dir=FOLDER
scale: test-deps
	@tests/scale/scale.py $(SCALE)
faults: test-deps
	@tests/faults/kills.py --rounds $(ROUNDS) --mail maildir
	@tests/faults/kills.py --rounds $(ROUNDS) --mail smtp
