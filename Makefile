# Each target creates .venv if it is missing or older than the requirements.
PYTHON ?= python3
BENCH ?= suite
RUN := .venv/bin/python
# pip would compile one file after the other.
INSTALL = @$(RUN) -m pip install --quiet --no-compile -r $< && { $(RUN) -m compileall -qq -j 0 .venv/lib || true; }

.PHONY: app test lint pytest train bench

app: .venv/run
	$(RUN) app.py $(ARGS)

test: lint pytest

pytest: .venv/dev
	$(RUN) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder -m "not slow" $(ARGS)

lint: .venv/dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

train: .venv/run
	$(RUN) -m core train $(PLUGIN) $(ARGS)

bench: .venv/$(if $(filter suite,$(BENCH)),run,bench)
	$(RUN) -m benchmarks.$(BENCH) $(ARGS)

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Darkroom needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv

.venv/run: requirements.txt | .venv/bin/python
	@echo "Installing TensorFlow, Keras and Gradio into .venv: 2.4 GB, this takes minutes on a slow connection."
	$(INSTALL)
	touch $@

.venv/dev: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing the suite and what its tests need into .venv: 3 GB, this takes minutes on a slow connection."
	$(INSTALL)
	touch .venv/run $@

.venv/bench: requirements-bench.txt .venv/run
	$(INSTALL)
	touch $@
