# The two commands: `make run` and `make test`. Both set up .venv first, once for each state of the lock file.
PYTHON ?= python3
DATA ?=
OUT ?= runs/$(if $(DATA),$(notdir $(abspath $(DATA))),demo)
BIN := .venv/bin
# A process a core, but no more than a small machine has memory for: each loads TensorFlow.
TESTS := $(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist worksteal

.PHONY: run test check lock clean

run: .venv/ready
	$(BIN)/doodlestack run $(if $(DATA),--data "$(DATA)" --preset cpu,--preset demo) --out "$(OUT)"

test: .venv/ready
	$(TESTS)

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(TESTS)

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(f"Expected Python 3.11 or newer, received {sys.version.split()[0]}: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Pins the newest versions that pyproject.toml admits; needs uv.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv build *.egg-info
