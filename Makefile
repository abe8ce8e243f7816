# One command a habit; CI runs the same ones.
PYTHON ?= python3
VENV := .venv
SAM_VENV := .venv-sam
CHECKOV_VENV := .venv-checkov
BIN := $(VENV)/bin
TOOLS := PATH="$(CURDIR)/$(SAM_VENV)/bin:$(CURDIR)/$(CHECKOV_VENV)/bin:$$PATH"
PIP := -m pip --disable-pip-version-check --quiet install --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test check build bench contract vectors nightly differential local deploy sam-local test-sam clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/demo ## real models answer real encrypted rows through S3, SQS, Lambda and DynamoDB on this machine
	@$(BIN)/sealdrop demo

test: $(VENV)/dev $(SAM_VENV)/done ## the whole test suite, but for what needs Docker (test-sam)
	$(TOOLS) $(BIN)/python -m pytest -q --numprocesses auto --dist loadfile --ignore tests/sam

check: $(VENV)/dev $(SAM_VENV)/done $(CHECKOV_VENV)/done ## formatting, lints, types, template
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(SAM_VENV)/bin/sam validate --lint --template template.yaml
	$(TOOLS) $(BIN)/python -m pytest -q tests/aws/test_lint.py

build: $(SAM_VENV)/done ## the Lambda layers and functions, into .aws-sam
	$(SAM_VENV)/bin/sam build

bench: $(VENV)/demo $(SAM_VENV)/done ## the measured claims, side by side with TenSEAL in one run
	$(TOOLS) $(BIN)/python -m benchmarks

contract: $(VENV)/dev ## what of contract/ is made from the code: OpenAPI, schemas, table of codes, refused vectors
	PYTHONPATH=functions $(BIN)/python -m tests.contract

vectors: $(VENV)/dev ## all golden files anew, when a field of plans or manifests has changed
	PYTHONPATH=functions $(BIN)/python -m tests.contract.vectors.seals
	$(MAKE) contract

nightly: $(VENV)/dev ## a thousand random circuits, and pipelines, and forty thousand mutated messages
	$(BIN)/python -m benchmarks bounds
	SEALDROP_EXAMPLES=1000 $(BIN)/python -m pytest -q tests/engine/test_wire.py
	$(MAKE) differential

PIPELINES ?= 1000
SEED ?= 1
differential: $(VENV)/dev ## random pipelines, published and asked by SDK and command, against the originals
	PYTHONPATH=functions $(BIN)/python -m tests.differential --pipelines $(PIPELINES) --seed $(SEED)

local: $(VENV)/demo ## the embedded AWS, until Ctrl-C
	@$(BIN)/sealdrop local

CONFIG ?= default
deploy: $(VENV)/demo $(SAM_VENV)/done ## to AWS; CONFIG=arm64 for the other architecture
	$(TOOLS) sam build --config-env $(CONFIG)
	$(TOOLS) sam deploy --config-env $(CONFIG)
	$(BIN)/sealdrop configure --stack sealdrop

sam-local: $(VENV)/dev $(SAM_VENV)/done ## the functions in Lambda's containers, all the way (needs Docker)
	@$(TOOLS) $(BIN)/python -m tests.sam

test-sam: $(VENV)/dev $(SAM_VENV)/done ## the same as a test
	$(TOOLS) $(BIN)/python -m pytest -q -rs tests/sam

clean: ## everything that these commands made
	rm -rf $(VENV) $(SAM_VENV) $(CHECKOV_VENV) .aws-sam build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/demo: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) --editable '.[bench]'
	@touch $@

$(VENV)/dev: $(VENV)/demo
	$(BIN)/python $(PIP) --editable '.[dev]'
	@touch $@

# aws-sam-cli pins its dependencies exactly: it lives apart
$(SAM_VENV)/done: Makefile
	$(PYTHON) -m venv $(SAM_VENV)
	$(SAM_VENV)/bin/python -m pip --disable-pip-version-check --quiet install 'aws-sam-cli>=1.130,<2'
	@touch $@

$(CHECKOV_VENV)/done: Makefile
	$(PYTHON) -m venv $(CHECKOV_VENV)
	$(CHECKOV_VENV)/bin/python -m pip --disable-pip-version-check --quiet install 'checkov>=3.2,<4'
	@touch $@
