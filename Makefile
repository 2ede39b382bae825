# Two commands are all a newcomer needs: `make run` and `make test`.
.POSIX:
.SUFFIXES:

BIN = .venv/bin
# The Python of .venv, if it is there and new enough. Name another with `make PYTHON=python3.12 run`.
PYTHON = $$($(BIN)/python -c '$(SUPPORTED); print("$(BIN)/python")' 2>/dev/null || echo python3)
SUPPORTED = import sys; sys.version_info < (3, 11) and sys.exit(1)
INSTALL = @python="$(PYTHON)"; "$$python" -c '$(SUPPORTED)' 2>/dev/null || { \
	echo "tenantapp needs Python 3.11 or later; $$python says: $$("$$python" --version 2>&1 | head -n 1)." \
		"Name another: make PYTHON=python3.11" >&2; exit 1; }; \
	"$$python" .ci/install.py
# The Flask command would expand ${} in .env and put it into the environment; the settings read it themselves.
export FLASK_SKIP_DOTENV = 1
export PYTHONUNBUFFERED = 1

PYTEST = $(BIN)/pytest -n 3 --dist worksteal -q
# What measures time, or puts a load on, leaves a processor free.
MEASURING = $(BIN)/pytest -n 2 -q
# What waits more than it computes.
WAITING = $(BIN)/pytest -n 4 --dist worksteal -q
# What talks to PostgreSQL, but for the embedded server itself; and of that, what is nearest to it.
ON_A_DATABASE = tests/integration tests/isolation --ignore tests/integration/embedded
BENEATH = tests/isolation tests/integration/migrations/corpus tests/integration/rls
FUZZ = tests/isolation/differential

# The models against a database that the migrations made, on a server of its own whatever the environment says.
DRIFT = folder=$$(mktemp -d) && chmod 755 "$$folder" && trap 'rm -rf "$$folder"' EXIT && { \
	export DOTENV_FILE=/dev/null APP_ENV=development SQL_ECHO=false INSTANCE_PATH="$$folder/instance" ROLE_PREFIX= CONTEXT_KEY= CONTEXT_KEY_FILE= \
		DATABASE_URL= MIGRATION_DATABASE_URL= PLATFORM_DATABASE_URL= BOOTSTRAP_DATABASE_URL= \
		WATCHDOG_DATABASE_URL= DB_HOST= DB_PORT= DB_NAME= DB_USER= DB_PASSWORD=; \
	$(BIN)/flask roles create && $(BIN)/flask databases prepare && $(BIN)/flask db upgrade && $(BIN)/flask db check; \
	} >"$$folder/output" 2>&1 || { cat "$$folder/output" >&2; exit 1; }

LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-strip-extras \
	--no-emit-index-url --no-emit-find-links $(UPGRADE)

.PHONY: run test test-services quality dist lock clean

run:
	$(INSTALL) run
	@test -e .env || printf '%s\n' '# Written by make; .env.example describes every key.' \
		'APP_ENV=development' 'SQL_ECHO=false' > .env
	@exec $(BIN)/flask up

test:
	$(INSTALL) test
	$(PYTEST) -m "not services and not slow and not growth" tests
	@echo "not run: on PostgreSQL 15 and 16, what needs PgBouncer or Chromium, what takes long; that is make test-services"

test-services:
	$(INSTALL) test
	@command -v /usr/lib/postgresql/15/bin/initdb >/dev/null || { \
		echo "missing: PostgreSQL 15; on Debian 12: apt-get install postgresql-15" >&2; exit 1; }
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || { \
		echo "missing: Chromium; on Debian 12: apt-get install chromium chromium-driver" >&2; exit 1; }
	@test -x /usr/sbin/pgbouncer || { \
		echo "missing: PgBouncer; on Debian 12: apt-get install pgbouncer" >&2; exit 1; }
	@test -x /usr/sbin/nginx || { \
		echo "missing: nginx; on Debian 12: apt-get install nginx-light" >&2; exit 1; }
	CORPUS_EVERY=1 HOLES=300 $(PYTEST) tests/integration/migrations/corpus tests/integration/rls/audit/generated
	$(WAITING) -m slow tests
	CORPUS_EVERY=5 HOLES=50 TEST_POSTGRES_VERSION=16 $(PYTEST) -m "not slow" $(BENEATH)
	TEST_POSTGRES_VERSION=16 $(PYTEST) -m slow $(FUZZ)
	CORPUS_EVERY=5 HOLES=50 GENERATED_REQUESTS=1000 TEST_POSTGRES_VERSION=15 $(PYTEST) -m "not slow" $(ON_A_DATABASE)
	TEST_POSTGRES_VERSION=15 $(PYTEST) -m slow $(FUZZ) tests/integration/migrations/test_drift.py
	TEST_POSTGRES_VERSION=15 $(MEASURING) -m services tests
	$(MEASURING) -m growth tests/growth

quality:
	$(INSTALL) quality
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python .ci/pages.py
	$(BIN)/lint-imports
	$(BIN)/python .ci/audit.py requirements.txt requirements/*.txt
	@echo "comparing models and migrations"
	@$(DRIFT)

# The wheel that production may install in place of a checkout; what it needs comes from requirements.txt.
dist:
	$(INSTALL) dist
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir dist
	@ls dist/*.whl

# Pins stay as they are, unless asked: make lock UPGRADE=--upgrade, or UPGRADE='--upgrade-package flask'.
lock:
	$(INSTALL) lock
	$(LOCK) requirements/uv.in -o requirements/uv.txt
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) -c requirements.txt requirements/run.in -o requirements/run.txt
	$(LOCK) -c requirements.txt -c requirements/run.txt requirements/test.in -o requirements/test.txt
	$(LOCK) -c requirements.txt -c requirements/run.txt -c requirements/test.txt requirements/quality.in \
		-o requirements/quality.txt
	$(LOCK) -c requirements.txt -c requirements/run.txt -c requirements/test.txt -c requirements/quality.txt \
		requirements/dist.in -o requirements/dist.txt

clean:
	rm -rf .venv instance dist
