# `make` lists what there is. Settings of `make run` (PORT, RUN_DIR, …) stand in scripts/run.

SHELL := /bin/bash
.DEFAULT_GOAL := help

swift_flags := --static-swift-stdlib -Xswiftc -use-ld=lld -Xswiftc -cross-module-optimization --explicit-target-dependency-import-check error

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# What is missing of Debian's packages is installed, or named where we may not.
.PHONY: run-packages test-packages
run-packages test-packages:
	@scripts/install-packages $(@:-packages=)

.PHONY: build
build: run-packages ## Build the program: .build/release/gatereeve
	swift build -c release --product gatereeve $(swift_flags)

.PHONY: run
run: ## Build and run everything on http://127.0.0.1:8080
	@exec scripts/run

.PHONY: mail
mail: ## Print the newest mail that `make run` caught
	@scripts/mail

.PHONY: test
test: test-packages lint build test-swift test-nginx test-systemd test-monitoring test-http test-faults-quick ## Run every check

.PHONY: test-swift
test-swift: test-packages ## Swift tests, with a private MariaDB
	Tests/Support/tell-failures Tests/Support/with-mariadb swift test --explicit-target-dependency-import-check error

.PHONY: test-nginx
test-nginx: test-packages ## Check the nginx configuration
	scripts/check-nginx

.PHONY: test-systemd
test-systemd: test-packages ## Check the units and what they may do
	scripts/check-systemd

.PHONY: test-monitoring
test-monitoring: test-packages ## Check the alarms for Prometheus
	scripts/check-monitoring

.PHONY: test-http
test-http: test-packages build ## Tests over HTTP against the whole product
	/usr/bin/python3 -m pytest Tests/EndToEnd
	/usr/bin/python3 -m pytest Tests/Attacks -m 'not minutes'

.PHONY: test-attacks
test-attacks: test-packages build ## Attack the whole product, with times measured (half an hour, a quiet machine)
	GATEREEVE_STRICT=yes /usr/bin/python3 -m pytest Tests/Attacks

.PHONY: test-faults-quick
test-faults-quick: test-packages build
	/usr/bin/python3 -m pytest Tests/Faults -m "not slow"

.PHONY: test-faults
test-faults: test-packages build ## Break everything around the service and print the figures (root, 20 minutes)
	GATEREEVE_STRICT=yes /usr/bin/python3 -m pytest Tests/Faults

.PHONY: test-machine
test-machine: ## Install the package on a fresh machine and try it (root, some minutes)
	Tests/Machine/run

.PHONY: bench
bench: build ## Measure speed beside a floor and peers: docs/performance.md (5 minutes)
	Benchmarks/bench

.PHONY: bench-growth
bench-growth: build ## Measure with 10 million accounts (half an hour, 8 GB)
	Benchmarks/growth

.PHONY: bench-peers
bench-peers: ## Install the peers that bench compares with, from PyPI into .bench/
	Benchmarks/install-peers

# make fuzz SECONDS=30 TARGETS="json token" is shorter than the default.
# Not ":=", which would change what `make bench` is given in the environment.
SECONDS ?= 600
TARGETS ?=

.PHONY: fuzz
fuzz: ## Fuzz every reader of foreign bytes, SECONDS=600 each; TARGETS="json token" for some
	SECONDS_EACH='$(SECONDS)' TARGETS='$(TARGETS)' Tests/Fuzz/run

.PHONY: test-sanitized
test-sanitized: test-packages ## Tests under ThreadSanitizer and AddressSanitizer (about an hour)
	Tests/Support/test-sanitized thread
	Tests/Support/test-sanitized address

.PHONY: deb
deb: test-packages build ## Make the Debian package in dist/
	scripts/make-deb

.PHONY: lint
lint: test-packages ## Check the style of everything
	swift format lint --strict --recursive Sources Tests Package.swift
	scripts/lint

.PHONY: format
format: ## Format the Swift code
	swift format --in-place --recursive Sources Tests Package.swift

.PHONY: configuration-page
configuration-page: build ## Write the tables of docs/configuration.md anew
	scripts/update-configuration-page

.PHONY: clean
clean: ## Remove what was built and the state of `make run`
	swift package clean
	rm -rf .build-fuzz .build-thread .build-address .run .pytest_cache
