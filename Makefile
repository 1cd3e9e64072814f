# Every target works on a bare machine: Python 3.11 or later is all that must be there. See README.md.

PYTHON ?= python3
PYTEST_ARGS ?=
RESIDENTS ?= $(or $(BENCH_RESIDENTS),30000)
ONLY ?=
BENCH_ARGS ?=

.PHONY: env dev-env run test bench lint messages requirements

# The environment and the pinned dependencies in .venv; nothing is started.
env:
	@$(PYTHON) config/environment.py

# The same, and what tests and checks need.
dev-env:
	@$(PYTHON) config/environment.py --dev

# The whole product in the foreground, on 127.0.0.1:$PORT. PORT, DATA_DIR and DEMO_RESIDENTS may be given.
run: env
	@exec .venv/bin/python -m config.run

# All tests, or those that PYTEST_ARGS names, on servers of their own.
test: dev-env
	@exec .venv/bin/python tests/run.py $(PYTEST_ARGS)

# Figures beside those of plain ways to do the same work (docs/bench.md), on servers of their own, with what the anchors
# need in .venv-bench. ONLY=P5,P8 chooses goals; PROFILE=1 writes where the time goes for each goal that was missed.
bench: env
	@.venv/bin/python bench/environment.py
	@exec .venv-bench/bin/python -m bench --residents $(RESIDENTS) --only "$(ONLY)" $(if $(PROFILE),--profile) $(BENCH_ARGS)

# Nothing here needs a server.
lint: dev-env
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	set -a && . ./config/dummy.env && .venv/bin/python manage.py check --deploy --fail-level WARNING

# The English catalogue: collects the sentences of the sources and compiles what is translated. Needs GNU gettext.
messages: dev-env
	.venv/bin/python manage.py makemessages -l en --no-location --no-wrap --no-obsolete -e html,py,txt \
	  -i .venv -i .venv-bench -i var -i node_modules -i tests -i staticfiles
	.venv/bin/python manage.py compilemessages -l en -l vi -i .venv -i .venv-bench -i var -i node_modules

# The locked files, made again from the .in files with the newest versions that these allow.
requirements:
	@$(PYTHON) -m venv .venv/locking && .venv/locking/bin/pip install --quiet uv==0.13.9
	@for name in requirements requirements-dev requirements-bench; do .venv/locking/bin/uv pip compile --quiet --upgrade --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make requirements" -o $$name.txt $$name.in; done
