# Every target works on a bare machine: Python 3.11 or later is all that must be there. See README.md.

PYTHON ?= python3
MANAGE := .venv/bin/python manage.py

.PHONY: env run test lint requirements

# The environment and the pinned dependencies in .venv; nothing is started.
env:
	@$(PYTHON) config/environment.py

requirements:
	@$(PYTHON) -m venv .venv/locking && .venv/locking/bin/pip install --quiet uv==0.13.9
	@for name in requirements requirements-dev; do .venv/locking/bin/uv pip compile --quiet --upgrade --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make requirements" -o $$name.txt $$name.in; done

# The whole product in the foreground, on 127.0.0.1:$PORT. PORT, DATA_DIR and DEMO_RESIDENTS may be given.
run: env
	@exec .venv/bin/python -m config.run
