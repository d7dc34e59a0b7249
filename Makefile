# Two commands for a fresh machine with Python 3.11, pip and make:
#   make demo   set up and train the digits example
#   make test   set up and pass the tests
# And, after a change of the tables:
#   make docs   write the reference of the language anew
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test check golden slow docs clean

demo: $(VENV)/.demo
	$(BIN)/netloom train examples/start/digits.yaml
	@echo
	@echo 'netloom is a command after:  source $(BIN)/activate'

test: $(VENV)/.test
	$(BIN)/pytest -n auto -m "not slow"

slow: $(VENV)/.test
	$(BIN)/pytest -n auto -m slow

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

golden: $(VENV)/.test
	$(BIN)/pytest -n auto -m "not slow" --golden-update

docs: $(VENV)/.demo
	$(BIN)/python -m netloom.dsl.reference.pages docs/language

$(VENV)/.demo: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[data]"
	touch $@

$(VENV)/.test: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[data,serve,test]"
	touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
