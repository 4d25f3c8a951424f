# `make` alone lists the targets. Randomised tests take a count and a seed:
#
#	make test COUNT=500 SEED=7

export GOTOOLCHAIN := local
export MUDPUPPY_COUNT := $(COUNT)
export MUDPUPPY_SEED := $(SEED)

FUZZTIME ?= 30s
COVERAGE ?= 90

# Looks for what a target needs, and installs it where it can.
SETUP := @tools/setup
WASM := GOOS=js GOARCH=wasm
WASM_TEST := $(WASM) go test -exec "$(CURDIR)/tools/wasm-exec"

# Folders with npm packages of their own; each is installed from its lock file.
# Those of MATRIX are large, and only `make test-matrix` needs them.
MATRIX := web/matrix
NPM := $(filter-out ./$(MATRIX),$(patsubst %/package-lock.json,%,$(shell find . -name package-lock.json -not -path '*/node_modules/*')))
NPM_INSTALLED := $(NPM:%=%/node_modules/.package-lock.json)
MATRIX_INSTALLED := $(MATRIX)/node_modules/.package-lock.json

# What must be covered by tests to $(COVERAGE) %.
COVERED := ./olm ./olm/sas ./olm/pk ./megolm ./libolm ./keys \
	./internal/olmstate ./internal/megolmstate ./internal/wire ./internal/pickle

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@echo "Mudpuppy: end-to-end encryption for Matrix, in Go and WebAssembly"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 \t\2/p' $(MAKEFILE_LIST) | expand -t 22
	@echo
	@echo "Needs Go 1.26 and Node 20.19, or newer. Randomised tests take COUNT= and SEED=."

.PHONY: demo
demo: chat ## Chat in private: a homeserver, two people, two addresses to open (HOMESERVER=https://…, DEMO=once)
	$(SETUP) browsers $(if $(HOMESERVER),,dendrite)
	@HOMESERVER='$(HOMESERVER)' DEMO='$(DEMO)' node examples/chat/demo/demo.mjs

.PHONY: chat
chat: package examples/chat/node_modules/.package-lock.json ## Build the web chat: dist/chat
	@npm run build --prefix examples/chat --silent
	@echo "chat: dist/chat"

.PHONY: demo-library
demo-library: package ## Show two people who talk in private, in Go and in a page, without a homeserver
	@go run ./examples/go
	@node web/test/unpack.mjs && node examples/thin/play.mjs

.PHONY: test
test: setup ## Run all tests: natively with the race detector, as wasm in Node, in browsers
	@tools/test

.PHONY: test-long
test-long: setup ## The same with the randomised tests at length (hours; COUNT=2000)
	@MUDPUPPY_LONG=1 MUDPUPPY_COUNT=$(or $(COUNT),2000) tools/test

.PHONY: test-matrix
test-matrix: package $(MATRIX_INSTALLED) examples/chat/node_modules/.package-lock.json ## Test the npm package everywhere else: WebKit, runtimes, bundlers
	$(SETUP) browsers webkit dendrite
	@tools/test-matrix

.PHONY: crash
crash: go-and-node web/node_modules/.package-lock.json ## Kill a browser that commits, again and again; nothing may be lost (KILLS=200 SEED=1)
	@node tools/crash/crash.mjs $(or $(KILLS),200) $(or $(SEED),1)

.PHONY: soak
soak: ## Have simulated devices talk over a bad network until a time is over (DURATION=10m)
	$(SETUP) go
	MUDPUPPY_SOAK=$(or $(DURATION),10m) go test -count=1 -timeout=0 -v -run='^TestSoak$$' ./machine/simulation

.PHONY: lint
lint: setup .bin/staticcheck ## Check style, vet, tidiness, generated code, known vulnerabilities
	@tools/lint

.PHONY: build
build: ## Compile everything, natively and for wasm
	$(SETUP) go
	go build ./...
	$(WASM) go build ./...
	go -C tools build -o /dev/null ./...

.PHONY: package
package: go-and-node web/node_modules/.package-lock.json ## Build the npm package and pack it: dist/mudpuppy.tgz
	@npm run build --prefix web --silent

.PHONY: docs
docs: web/node_modules/.package-lock.json web/typedoc/node_modules/.package-lock.json ## Write the documentation of the npm package: dist/docs/index.html
	@npm run build --prefix web/typedoc --silent
	@echo "docs: dist/docs/index.html"

.PHONY: fuzz
fuzz: ## Run every fuzz target (FUZZTIME=30s each, RUN=expression for some)
	$(SETUP) go
	@go -C tools run ./fuzz -dir .. -time $(FUZZTIME) -run '$(RUN)'

.PHONY: mutate
mutate: go-and-node web/node_modules/.package-lock.json ## Take checks away one by one; each must turn a test red (RUN=expression for some)
	@go -C tools run ./mutate -dir .. -run '$(RUN)'

.PHONY: threats
threats: ## Print the attacks to withstand, each with its tests
	$(SETUP) go
	@go -C tools run ./threats ..

.PHONY: cover
cover: ## Print the statement coverage, and fail where it is below COVERAGE=90
	$(SETUP) go
	@tools/cover $(COVERAGE) $(COVERED)

.PHONY: bench
bench: ## Measure, natively and as wasm in Node (RUN=expression for some)
	$(SETUP) go node
	go test -run='^$$' -bench='$(or $(RUN),.)' -benchmem ./...
	$(WASM_TEST) -run='^$$' -bench='$(or $(RUN),.)' -benchmem ./...

.PHONY: bench-peers
bench-peers: go-and-node web/node_modules/.package-lock.json bench/node_modules/.package-lock.json examples/chat/node_modules/.package-lock.json ## Measure against libolm and others, in Node and browsers (QUICK=1, RUN=expression)
	@node bench/run.mjs

.PHONY: size
size: ## Print how large the wasm is and of what; fail above its budget
	$(SETUP) go node
	@node bench/size.mjs

.PHONY: generate
generate: ## Write all generated files anew
	$(SETUP) go
	go generate ./...

.PHONY: setup
setup: go-and-node $(NPM_INSTALLED) ## Install what the tests need
	$(SETUP) browsers dendrite

.PHONY: go-and-node
go-and-node:
	$(SETUP) go node cc

.PHONY: clean
clean: ## Remove what was built or installed here (the corpus in .fuzz stays)
	rm -rf .bin .cover dist $(NPM:%=%/node_modules) $(addprefix $(MATRIX)/,node_modules next/.next next/scenario)

.bin/staticcheck: tools/go.mod tools/go.sum | go-and-node
	go -C tools build -o ../.bin/ honnef.co/go/tools/cmd/staticcheck golang.org/x/vuln/cmd/govulncheck
	@touch $@

$(NPM_INSTALLED) $(MATRIX_INSTALLED): %/node_modules/.package-lock.json: %/package-lock.json | go-and-node
	npm ci --prefix $* --no-audit --no-fund --loglevel=error
	@touch $@
