# Builds, installs and tests clienttrack with PGXS. `make help` lists the targets.
#
# `make test` and `make demo` need only make and gcc to begin with:
# script/bootstrap installs what is missing, then make starts over with it.

EXTENSION = clienttrack
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" clienttrack.control)

# Debian keeps each server's pg_config outside PATH; the oldest supported one
# is what a machine without any gets.
PG_CONFIG ?= $(firstword $(shell command -v pg_config) \
	$(wildcard $(foreach v,15 16 17 18,/usr/lib/postgresql/$(v)/bin/pg_config)) pg_config)
export PG_CONFIG

# Empty where the server's headers are not installed.
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))

SQL_BUILT = sql/$(EXTENSION)--$(EXTVERSION).sql
SQL_SOURCES := $(wildcard sql/engine/*.sql sql/schema/*.sql)
GENERATED = src/*.o src/*.d src/*.bc $(EXTENSION).so $(SQL_BUILT) sql/*.tmp \
	results regression.diffs regression.out output_iso tmp_check tmp_check_iso tmp_fuzz log

ifneq ($(PGXS),)

OBJS := $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))
ifneq ($(OBJS),)
MODULE_big = $(EXTENSION)
endif
DATA = $(filter-out $(SQL_BUILT),$(wildcard sql/$(EXTENSION)--*.sql))
DATA_built = $(SQL_BUILT)
EXTRA_CLEAN = $(GENERATED)

# -Wextra judges PostgreSQL's own headers and idioms too: PG_FUNCTION_ARGS is a
# parameter that not every function reads, and lengthof() and sizeof are unsigned
# where loops and Datum lengths are int.
# WERROR= turns warnings back into warnings, for a compiler newer than this code.
WERROR = -Werror
override PG_CFLAGS := -Wall -Wextra $(WERROR) -Wno-unused-parameter -Wno-sign-compare $(PG_CFLAGS)
# -MMD -MP write src/NAME.d: what each object was compiled from.
PG_CPPFLAGS = -Isrc $(shell pkg-config --cflags icu-uc icu-i18n 2>/dev/null) -MMD -MP
SHLIB_LINK = $(shell pkg-config --libs icu-uc icu-i18n 2>/dev/null)

# Bitcode for JIT inlining needs the clang that the server was built with:
# only on demand (make with_llvm=yes).
ifneq ($(origin with_llvm),command line)
override with_llvm = no
endif

# Tests are read from test/sql and test/specs, expected output from expected/.
# pg_regress looks in sql/ before test/sql/: no test has the name of a file there.
REGRESS := $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
ISOLATION := $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
# Where results/ and regression.diffs go.
TEST_OUTPUT = .
REGRESS_OPTS = --inputdir=test --outputdir='$(TEST_OUTPUT)'
ISOLATION_OPTS = --inputdir=test --outputdir='$(TEST_OUTPUT)' --use-existing
# Where there are specs to run.
REGRESS_PREP = $(if $(strip $(ISOLATION)),isolation-database)
ifneq ($(filter $(REGRESS),$(ISOLATION)),)
$(error a regress and an isolation test share a name: $(filter $(REGRESS),$(ISOLATION)))
endif

include $(PGXS)

-include $(wildcard src/*.d)

PSQL = '$(bindir)/psql' -X -q -v ON_ERROR_STOP=1

# Each permutation of a spec begins with CALL test.fresh_hmis(). Expected output is in English.
.PHONY: isolation-database
isolation-database:
	$(PSQL) -d postgres -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS "$(ISOLATION_TESTDB)"' \
		-c 'CREATE DATABASE "$(ISOLATION_TESTDB)" TEMPLATE template0' \
		-c 'ALTER DATABASE "$(ISOLATION_TESTDB)" SET lc_messages TO "C"'
	$(PSQL) -d $(ISOLATION_TESTDB) -f test/fresh_hmis.sql

# The folders are prerequisites so that a removed file is noticed.
$(SQL_BUILT): $(SQL_SOURCES) $(wildcard sql/engine sql/schema) script/build-sql clienttrack.control
	@mkdir -p sql
	script/build-sql $(EXTVERSION) > $@.tmp
	mv $@.tmp $@

else # no PGXS

all install installcheck uninstall:
	@echo 'PostgreSQL server headers not found (PG_CONFIG = $(PG_CONFIG)).' >&2
	@echo 'Run script/bootstrap, or set PG_CONFIG to the pg_config of the server.' >&2
	@false

clean:
	rm -rf $(GENERATED)

endif

.DEFAULT_GOAL := all
.PHONY: all install installcheck uninstall clean help test demo bench fuzz run-test run-demo run-bench

help:
	@echo 'all           build the shared library and $(SQL_BUILT) (default)'
	@echo 'install       install into the server of PG_CONFIG; DESTDIR= for elsewhere'
	@echo 'test          run every test in a throwaway cluster; installs missing packages first'
	@echo 'demo          show the extension at work in a throwaway cluster'
	@echo 'bench         measure it in a throwaway cluster'
	@echo 'fuzz          try any bytes on the recurrence engine for FUZZ_SECONDS (60); needs clang'
	@echo 'installcheck  regress and isolation tests against a running server'
	@echo '              (script/with-cluster make installcheck: against a throwaway one)'
	@echo 'clean         remove everything that was generated'
	@echo
	@echo 'PG_CONFIG=…   the server to build for (now: $(PG_CONFIG)); run make clean between two'
	@echo 'PG_CFLAGS=…   more compiler flags, such as -DUSE_ASSERT_CHECKING'
	@echo 'WERROR=       do not stop at compiler warnings'

# Packages first: what make found out about the server may be wrong after it.
test demo bench:
	@script/bootstrap
	@$(MAKE) --no-print-directory run-$@

run-test: all
	@script/test

run-demo: all
	@script/demo

run-bench: all
	@CLIENTTRACK_FSYNC=$${CLIENTTRACK_FSYNC:-on} script/bench

# No server, and clang, which nothing else needs.
fuzz:
	@script/fuzz
