# The portal's own commands; README says what each does.
PYTHON ?= python3
VENV := .venv/bin
PORT ?= 8000
# Three on two cores: the tests that start a portal mostly wait.
WORKERS ?= -n 3 --no-loadscope-reorder
export PORT
# Where it is set, each of the many processes of a test run compiles all that it imports anew: 6 seconds, each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test test-all bench check lock messages

setup:
	@$(PYTHON) portal/machine.py

demo: setup
	@exec setpriv --pdeathsig=TERM -- $(VENV)/python manage.py demo

test: setup
	$(VENV)/python -m pytest $(WORKERS) -m "not long" $(ARGS)

test-all: setup
	LONG=1 $(VENV)/python -m pytest $(WORKERS) $(ARGS)

bench: setup
	$(VENV)/python -m tests.bench $(ARGS)

# Models and migrations are compared without a database: on a fresh machine there is none yet, and that is no fault.
check: setup
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/djlint templates --lint --quiet
	$(VENV)/python -W "ignore:Got an error checking a consistent:RuntimeWarning" manage.py makemigrations --check --dry-run
	MODE=production $(VENV)/python -m portal.deploycheck

# For developers: after a change of pyproject.toml, or of a text.
lock:
	$(VENV)/uv pip compile pyproject.toml --group dev --generate-hashes --universal --python-version 3.11 --no-header \
	  --no-emit-index-url --no-emit-find-links --quiet --output-file requirements.lock

CATALOGUES := locale/zh_Hans/LC_MESSAGES/django.po locale/en/LC_MESSAGES/django.po

# English is filled by the machine; Chinese by a reader. No date of extraction: it would change each time.
messages:
	env -u DJANGO_SETTINGS_MODULE $(VENV)/python -m django makemessages --locale zh_Hans --locale en \
	  --no-location --no-wrap --no-obsolete --ignore node_modules --ignore static --ignore tests
	msgattrib --clear-fuzzy --clear-previous --empty --no-wrap locale/en/LC_MESSAGES/django.po \
	  | msgen --no-wrap --output-file locale/en/LC_MESSAGES/django.po -
	for file in $(CATALOGUES); do grep -v '^"POT-Creation-Date' $$file > $$file.new && mv $$file.new $$file; done
	msgattrib --untranslated --no-wrap locale/zh_Hans/LC_MESSAGES/django.po
	msgattrib --only-fuzzy --no-wrap locale/zh_Hans/LC_MESSAGES/django.po
