# Two commands are all a newcomer needs: `make run` and `make test`.
.POSIX:
.SUFFIXES:

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
READY = $(VENV)/ready
# The Flask command would expand ${} in .env and put it into the environment; the settings read it themselves.
export FLASK_SKIP_DOTENV = 1
export PYTHONUNBUFFERED = 1

PYTEST = $(BIN)/pytest -n 2 -q
# What differs between versions of PostgreSQL: everything that talks to it, but for the embedded server itself.
ON_A_DATABASE = tests/integration tests/isolation tests/audit tests/probe tests/testing --ignore tests/integration/embedded

# The models against a database that the migrations made, on a server of its own whatever the environment says.
DRIFT = folder=$$(mktemp -d) && chmod 755 "$$folder" && trap 'rm -rf "$$folder"' EXIT && { \
	export DOTENV_FILE=/dev/null APP_ENV=development SQL_ECHO=false INSTANCE_PATH="$$folder/instance" ROLE_PREFIX= CONTEXT_KEY= CONTEXT_KEY_FILE= \
		DATABASE_URL= MIGRATION_DATABASE_URL= PLATFORM_DATABASE_URL= BOOTSTRAP_DATABASE_URL= \
		WATCHDOG_DATABASE_URL= DB_HOST= DB_PORT= DB_NAME= DB_USER= DB_PASSWORD=; \
	$(BIN)/flask roles create && $(BIN)/flask databases prepare && $(BIN)/flask db upgrade && $(BIN)/flask db check; \
	} >"$$folder/output" 2>&1 || { cat "$$folder/output" >&2; exit 1; }

.PHONY: run test test-services quality lock clean

run: $(READY) .env
	@exec $(BIN)/flask up

test: $(READY)
	$(PYTEST) -m "not services" tests
	@test -n "$$TEST_DATABASE_URL" || { set -x; TEST_POSTGRES_VERSION=16 $(PYTEST) $(ON_A_DATABASE); }
	@echo "not run: what needs Debian's PostgreSQL 15, PgBouncer and Chromium; that is make test-services"

test-services: $(READY)
	@command -v /usr/lib/postgresql/15/bin/initdb >/dev/null || { \
		echo "missing: PostgreSQL 15; on Debian 12: apt-get install postgresql-15" >&2; exit 1; }
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || { \
		echo "missing: Chromium; on Debian 12: apt-get install chromium chromium-driver" >&2; exit 1; }
	@test -x /usr/sbin/pgbouncer || { \
		echo "missing: PgBouncer; on Debian 12: apt-get install pgbouncer" >&2; exit 1; }
	GENERATED_REQUESTS=2000 TEST_POSTGRES_VERSION=15 $(PYTEST) $(ON_A_DATABASE)
	TEST_POSTGRES_VERSION=15 $(PYTEST) -m services tests

quality: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/audit.py requirements-dev.txt
	@echo "comparing models and migrations"
	@$(DRIFT)

# One environment for running and developing; production installs requirements.txt alone.
$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "tenantapp needs Python 3.11 or later, this is $$($(PYTHON) --version): make PYTHON=python3.11" >&2; exit 1; }
	@echo "installing the pinned dependencies into $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { \
		echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $(READY)

.env:
	@printf '%s\n' '# Written by make; .env.example describes every key.' 'APP_ENV=development' 'SQL_ECHO=false' > .env

lock:
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
		--no-emit-index-url --no-emit-find-links requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
		--no-emit-index-url --no-emit-find-links -c requirements.txt requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf $(VENV) instance
