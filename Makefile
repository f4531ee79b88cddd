# Two commands do all the set-up on a machine with Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: solve test format benchmark clean

solve: $(VENV)/.installed
	$(BIN)/magnetgrid solve inputs/allied_magnets.xlsx

test: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist worksteal

format: $(VENV)/.installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Against the bare solver, every figure that the project is measured by; about an hour and three quarters on two cores.
benchmark: $(VENV)/.installed-test
	$(BIN)/python tests/benchmarks/reference.py
	$(BIN)/python tests/benchmarks/core.py --reference
	$(BIN)/python tests/benchmarks/comparison.py --plain

# The tested versions are pinned in constraints.txt; pyproject.toml has the lower bounds.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test]"
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
