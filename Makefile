# Every target sets itself up from nothing (see setup.sh); what is done is not done again.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long check bench docs gallery pictures pdfua messages lock clean
MAKEFLAGS += --no-print-directory
export DO_NOT_TRACK = 1

PYTHON_IN_VENV := .venv/bin/python
CODE := flows transforms schemas report_templates tests benchmarks

help: ## What there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Everything needed, up to .venv/bin/regulars
	@./setup.sh

demo: setup ## A sample chain's reviews, made from till files into demo/
	@.venv/bin/regulars demo --to demo

# A worker for every core, so one thread for each: frames are small.
PYTEST := POLARS_MAX_THREADS=1 $(PYTHON_IN_VENV) -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

test: setup ## The tests, without the long ones
	@$(PYTEST) -m "not long" tests

test-long: setup ## All tests, also the long ones
	@$(PYTEST) tests

check: setup ## Lint, formatting and types
	@$(PYTHON_IN_VENV) -m ruff check
	@$(PYTHON_IN_VENV) -m ruff format --check
	@$(PYTHON_IN_VENV) -m mypy $(CODE)

bench: setup ## The benchmarks
	@$(PYTHON_IN_VENV) -m benchmarks

docs: setup ## docs/metrics.md, from the metrics' own descriptions
	@mkdir -p docs .setup
	@.venv/bin/regulars explain --all --markdown > .setup/metrics.md
	@mv .setup/metrics.md docs/metrics.md

gallery: setup ## Every kind of page with edge cases, as pictures, into gallery/
	@$(PYTHON_IN_VENV) -m tests.report_templates.gallery gallery

pictures: demo ## The README's pictures, from the sample chain's reviews
	@$(PYTHON_IN_VENV) -m docs.make_pictures

pdfua: demo ## The sample's PDFs against PDF/UA-1, by veraPDF (needs Java)
	@$(PYTHON_IN_VENV) -m tests.report_templates.verapdf demo/published

messages: setup ## The Chinese catalogue brought up to the texts in code and templates
	@$(PYTHON_IN_VENV) -m tests.report_templates.messages

# For Python 3.11 to 3.13 on every system: names, versions and hashes, no addresses.
lock: ## requirements.lock anew, from pyproject.toml
	@command -v uv >/dev/null || { echo "lock: needs uv (pip install uv)"; exit 1; }
	@uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet -o requirements.lock

clean: ## Away with all that make made
	@rm -rf .venv .setup demo gallery build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
