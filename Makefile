# demo · up · test · check · bench · web · lock. Needs Python 3.11+ and nothing else; everything goes into .venv.
PY ?= python3
V := .venv/bin
MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard shared/pyproject.toml services/*/pyproject.toml demo/pyproject.toml))
PACKAGES := shuniu $(notdir $(wildcard services/*/shuniu_* demo/shuniu_*))
BUILD_WEB := services/gateway/build_web.py
# `make up SCOPE=320106001000 SERVICES="grid"`; a state folder remembers its scope, a new one takes the fictional street.
SCOPE ?= $(if $(wildcard .shuniu/deployment.json),,320199001)
SERVICES ?=
ARGS ?=

.PHONY: demo up test check bench web lock format
.DEFAULT_GOAL := demo

demo: .venv/.ok web
	@exec $(V)/shuniu demo $(ARGS)

up: .venv/.ok web
	@exec $(V)/shuniu up $(if $(SCOPE),--scope $(SCOPE)) $(ARGS) $(SERVICES)

# Suites of one distribution run side by side; drills and journeys, which kill and measure, one after the other. A suite
# that fails does not keep the next from running: one run tells everything that is wrong.
test: .venv/.ok-dev .venv/.ok-web
	$(V)/python $(BUILD_WEB)
ifeq ($(ARGS),)
	@failed=0; run() { echo "$$*"; "$$@" || failed=1; }; \
	run $(V)/python -m pytest -q -n logical --maxprocesses 4 --dist loadfile shared/tests services; \
	run $(V)/python -m pytest -q tests; \
	run $(V)/python $(BUILD_WEB) --test; \
	run $(V)/python $(BUILD_WEB) --size; \
	exit $$failed
else
	$(V)/python -m pytest $(ARGS)
endif

check: .venv/.ok-dev .venv/.ok-web
	$(V)/ruff check
	$(V)/ruff format --check
	$(V)/mypy $(PACKAGES:%=-p %)
	$(V)/python $(BUILD_WEB) --check

bench: .venv/.ok-dev
	$(V)/python -m bench $(ARGS)

# The services run without the page, so a failed build is said and nothing more.
web: .venv/.ok-web
	@$(V)/python $(BUILD_WEB) || echo "The command view could not be built; the services start without it."

format: .venv/.ok-dev
	$(V)/ruff check --fix
	$(V)/ruff format

# ---- set-up -------------------------------------------------------------------------------------------------------
# $(call install,LOCK): the pins of a lock file, by uv where it could be had (3 times as fast), else by pip.
# uv does not read pip's configuration, so a mirror named there is handed on.
define install
	@if [ -x $(V)/uv ]; then \
	  ix=$${PIP_INDEX_URL:-$$($(V)/pip config get global.index-url 2>/dev/null || true)}; \
	  [ -z "$$ix" ] || export UV_DEFAULT_INDEX="$$ix"; \
	  $(V)/uv pip install -q --python $(V)/python --compile-bytecode --require-hashes --no-deps -r $(1); \
	else \
	  $(V)/pip install -q --require-hashes --no-deps -r $(1); \
	fi
endef

.venv/.ok: requirements.lock $(addsuffix /pyproject.toml,$(MEMBERS))
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; make PY=... names one")'
	@echo "Setting up .venv ..."
	@test -x $(V)/pip || $(PY) -m venv .venv || { echo "On Debian: apt-get install python3-venv"; exit 1; }
	@test -x $(V)/uv || $(V)/pip install -q --disable-pip-version-check uv || echo "uv could not be had; using pip."
	$(call install,requirements.lock)
	@if [ -x $(V)/uv ]; then \
	  $(V)/uv pip install -q --python $(V)/python --no-build-isolation --no-deps $(MEMBERS:%=-e %); \
	else \
	  $(V)/pip install -q --no-build-isolation --no-deps $(MEMBERS:%=-e %); \
	fi
	@touch $@

# Node for the command view comes as a wheel only where the machine has no new enough one.
.venv/.ok-web: .venv/.ok requirements-web.lock
	@if [ -f $(BUILD_WEB) ] && ! $(V)/python -c 'import sys; sys.path.insert(0, "services/gateway"); \
	import build_web; build_web.tool_folder()' 2>/dev/null; then \
	  echo "Fetching node for the command view ..."; $(MAKE) --no-print-directory .web-tools || true; \
	fi
	@touch $@

.PHONY: .web-tools
.web-tools:
	$(call install,requirements-web.lock)

.venv/.ok-dev: .venv/.ok requirements-dev.lock
	@echo "Setting up what tests need ..."
	$(call install,requirements-dev.lock)
	@touch $@

# ---- pins ---------------------------------------------------------------------------------------------------------
# requirements.lock: what runs; -web: node; -dev: all of it and what tests need, at the same versions.
COMPILE = $(V)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: .venv/.ok
	$(COMPILE) requirements.in -o requirements.lock
	$(COMPILE) -c requirements.lock requirements-web.in -o requirements-web.lock
	$(COMPILE) -c requirements.lock -c requirements-web.lock requirements-dev.in -o requirements-dev.lock
