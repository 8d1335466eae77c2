# safe-podman: what there is to type.
PREFIX  ?= /usr/local
DESTDIR ?=
CARGO   ?= cargo
BUILD   := $(or $(CARGO_TARGET_DIR),target)
BINARY  := $(BUILD)/release/safe-podman

BINDIR     = $(DESTDIR)$(PREFIX)/bin
PROFILEDIR = $(DESTDIR)$(PREFIX)/share/safe-podman/profiles
MANDIR     = $(DESTDIR)$(PREFIX)/share/man
# Where every podman on the host looks for hooks, whatever the prefix; root's by itself, a user's because a file in ETCDIR says so.
HOOKDIR    = $(DESTDIR)/usr/share/containers/oci/hooks.d
ETCDIR     = $(DESTDIR)/etc/containers

.DEFAULT_GOAL := build
.PHONY: help setup build demo test test-matrix test-attack test-servers test-vm release-diff fuzz deny msrv lint man schema install clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

setup: ## install the system packages that build, test and demo need
	@tests/setup

build: ## build the release binary
	$(CARGO) build --release --locked

demo: setup build ## run the netinfo service, plain podman beside safe-podman
	tests/demo $(BINARY)

test: setup ## run all tests
	$(CARGO) test --locked --workspace

# Where cargo put the test binary; a build that fails has failed aloud before.
TEST_BINARY = "$$($(CARGO) test --locked --no-run --test $(1) --message-format=json 2>/dev/null | \
	sed -n '/"kind":\["test"\]/s/.*"executable":"\([^"]*\)".*/\1/p')"

test-matrix: setup ## run the podman tests on both engines and runtimes, with and without root; CELLS="5.4.2-crun-*" chooses
	$(CARGO) test --locked --no-run --test podman
	@tests/matrix/run $(call TEST_BINARY,podman) '$(CELLS)'

test-attack: setup ## try every attack under plain podman and under safe-podman in all cells; CELLS="5.4.2-crun-*" chooses
	$(CARGO) test --locked --no-run --test attack
	@tests/attack/run $(call TEST_BINARY,attack) '$(CELLS)'

test-servers: setup ## see that ordinary servers and tools go on working in all cells; CELLS="5.4.2-crun-*" chooses
	$(CARGO) test --locked --no-run --test servers
	@tests/servers/run $(call TEST_BINARY,servers) '$(CELLS)'

test-vm: setup ## run the podman tests on a Debian 13 with systemd, in emulation (hours); TESTS="rootless::seal" chooses
	$(CARGO) test --locked --no-run --test podman
	@tests/vm/run $(call TEST_BINARY,podman) '$(TESTS)'

release-diff: build ## print what a podman writes by itself that src/podman/releases lacks; PODMAN=/path/to/podman
	@CARGO='$(CARGO)' tests/releases/diff $(BINARY) '$(PODMAN)'

fuzz: setup ## run a fuzz target; TARGET=yaml (a folder of tests/fuzz/seeds) SECONDS=600; without TARGET all, on their seeds
	@CARGO='$(CARGO)' tests/fuzz/run $(TARGET) $(SECONDS)

deny: ## hold Cargo.lock against deny.toml, where cargo-deny is installed
	@tests/deny

msrv: ## prove the rust-version of Cargo.toml, where that Rust is installed
	@CARGO='$(CARGO)' tests/msrv

lint: ## formatting, clippy and rustdoc, warnings denied
	rustfmt --check --edition 2024 $$(git ls-files '*.rs')
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) clippy --locked --test servers -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --no-deps --document-private-items

man: build ## write the man pages anew from the binary's own tables
	$(BINARY) __man man

schema: build ## write the JSON Schema of profiles anew from the binary's own tables
	$(BINARY) __schema > profiles/profile.schema.json

install: $(BINARY) ## install below PREFIX (default /usr/local)
	install -D -m 755 $(BINARY) $(BINDIR)/safe-podman
	install -d $(PROFILEDIR)
	install -m 644 profiles/*.yaml profiles/profile.schema.json $(PROFILEDIR)
	install -d $(HOOKDIR) $(ETCDIR)/oci/hooks.d $(ETCDIR)/containers.conf.d
	install -m 644 src/seal/safe-podman.conf $(ETCDIR)/containers.conf.d/50-safe-podman.conf
	sed 's|@BINDIR@|$(PREFIX)/bin|' src/seal/safe-podman.json.in > $(HOOKDIR)/safe-podman.json
	for page in man/*.[1-8]; do install -D -m 644 $$page $(MANDIR)/man$${page##*.}/$${page##*/} || exit; done

# Built only when absent, so that root can install what a user with the toolchain built.
$(BINARY):
	$(CARGO) build --release --locked

# The cells' files belong to root.
clean: ## remove what was built
	@for cells in $(BUILD)/matrix $(BUILD)/servers $(BUILD)/vm; do \
		[ ! -e $$cells ] || [ -O $$cells ] || sudo rm -rf --one-file-system $$cells; done
	$(CARGO) clean
