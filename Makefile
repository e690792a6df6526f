# Each target creates .venv if it is missing or older than the requirements.
PYTHON ?= python3
BENCH ?= suite
RUN := .venv/bin/python

.PHONY: app test lint train bench

app: .venv/run
	$(RUN) app.py $(ARGS)

test: .venv/dev lint
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
	@$(RUN) -m pip install --quiet -r requirements.txt
	touch $@

.venv/dev: requirements-dev.txt .venv/run
	$(RUN) -m pip install --quiet -r requirements-dev.txt
	touch $@

.venv/bench: requirements-bench.txt .venv/run
	$(RUN) -m pip install --quiet -r requirements-bench.txt
	touch $@
