# Every command a newcomer needs. `make help` lists them; docs/runbook.md explains them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# A Python 3.11 or newer, whatever it is called here; each candidate is run, because pyenv's shims
# exist for versions that are switched off.
PYTHON ?= $(shell for p in .venv/bin/python python3.13 python3.12 python3.11 python3 python \
	"$$PYENV_ROOT"/versions/3.1[123]*/bin/python "$$HOME"/.pyenv/versions/3.1[123]*/bin/python; do \
	if "$$p" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13)))' >/dev/null 2>&1; \
	then echo "$$p"; break; fi; done)

.PHONY: help up demo test lint train bench chaos clean install install-dev need-python

help:
	@echo "make up      install what is missing, train if needed, start everything"
	@echo "make demo    the same with a database of sample data"
	@echo "make test    lint and every test"
	@echo "make lint    ruff, mypy, import rules"
	@echo "make train   train the language model again"
	@echo "make bench   speed and memory, beside stock Rasa"
	@echo "make chaos   kill every process at every point, count what was lost"
	@echo "make clean   remove environments, models and data (asks first)"

need-python:
	@test -n "$(PYTHON)" || { \
	echo "hotline: Python 3.11, 3.12 or 3.13 is needed and none was found." >&2; \
	echo "  Debian, Ubuntu: apt-get install python3 python3-venv python3-pip; anywhere: pyenv install 3.12" >&2; exit 1; }

install: need-python
	@"$(PYTHON)" hotline/install.py

install-dev: need-python
	@"$(PYTHON)" hotline/install.py --dev

up: need-python
	@if [ -x .venv/bin/hotline ] && .venv/bin/hotline up --running; then :; else \
	"$(PYTHON)" hotline/install.py && exec .venv/bin/hotline up; fi

demo: need-python
	@if [ -x .venv/bin/hotline ] && .venv/bin/hotline up --running; then :; else \
	"$(PYTHON)" hotline/install.py && exec .venv/bin/hotline demo; fi

train: install
	@exec .venv/bin/hotline train --again

lint: install-dev
	.venv/bin/ruff check .
	.venv/bin/mypy bot/channels bot/gateway actions feedback_store console worker vitext hotline
	.venv/bin/lint-imports

test: lint
	@exec .venv/bin/python -m hotline.testing

bench: install-dev
	@exec .venv/bin/python -m tests.bench

chaos: install-dev
	@exec .venv/bin/python -m tests.e2e.chaos

clean:
	@printf 'Remove .venv, .venv-engine, .uv and ALL DATA below var/? [y/N] '; read answer; \
	if [ "$$answer" = y ]; then rm -rf .venv .venv-engine .uv var .mypy_cache .ruff_cache .pytest_cache .hypothesis; \
	find . -name __pycache__ -type d -prune -exec rm -rf {} +; echo removed; else echo "nothing removed"; fi
