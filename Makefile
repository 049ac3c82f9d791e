# The common sequences, short. Everything here can be done by hand with the stock tools: eval "$(make env)" gives a shell
# the environment in which pulumi and kubectl work on the local stack.

.DEFAULT_GOAL := help
# No target is a file.
.PHONY: $(shell sed -n 's/^\([a-z0-9-]*\):.*/\1/p' Makefile)

SHELL := bash
.SHELLFLAGS := -o pipefail -c
LOCAL := .local/bin/local
# What the local commands read from their environment may as well stand on make's command line.
export ARCHITECTURE KUBE_CONTEXT CONFIRM_CONTEXT IMAGE_REGISTRY PUBLISH LOCAL_CACHE

help: ## show this
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile
	@echo
	@echo '  KUBE_CONTEXT=name   use that cluster instead of starting one (kind-…, minikube, any)'
	@echo '  IMAGE_REGISTRY=ref  where such a cluster pulls the images from, if it is neither kind nor minikube'
	@echo '  PUBLISH=none        do not answer on 127.0.0.1:30000 (or list other NodePorts)'

run: ## the three services as plain processes on SQLite, restarted when their source changes: http://localhost:3000
	@mkdir -p .local/bin && go build -o .local/bin/shop ./apps/shop
	@exec .local/bin/shop

up: local ## bring up everything: toolchain, Kubernetes, images, pulumi up; ends with the shop's address
	@$(LOCAL) up

down: local ## take it all away again: pulumi destroy, the cluster and its data (not the toolchain's cache)
	@$(LOCAL) down

status: local ## where the shop is, its pods, the stack's outputs
	@$(LOCAL) status

logs: local ## the last lines of the shop's pods
	@$(LOCAL) logs

env: local ## print the environment for a shell: eval "$(make env)"
	@$(LOCAL) env

tools: local ## build the toolchain only
	@$(LOCAL) tools

cluster: local ## start the local Kubernetes only
	@$(LOCAL) cluster

cluster-down: local ## stop the local Kubernetes and keep its data
	@$(LOCAL) cluster-down

images: local ## build the shop's images as OCI archives, no Docker needed
	@$(LOCAL) images

test: ## prove everything, and tell where the time went; CI runs this, and race and vulnerabilities
	@test/stages test-packages $(FAST) lint test-unit test-attacks test-histories test-fuzz test-datadog test-e2e

test-packages:
	@test/install-packages

# Tests are of the whole program, in a shell with make env, too.
test test-fast vet test-unit test-datadog golden paged declaration: export GOFLAGS := $(filter-out -tags=lean,$(GOFLAGS))

program: ## build the whole program, Datadog's SDK first and with less memory than go build would take
	@go run ./infra/cmd/program whole

sdk: # without the memory that vet would take to compile it
	@go run ./infra/cmd/program sdk

test-fast: ## formatting and vet of everything; after a change it takes less than a minute
	@test/stages -limit 60 $(FAST)

FAST := formatting vet vet-tools

formatting:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'run gofmt -w on these'; exit 1; }

vet: sdk # of the program with Datadog and of the one without
	go vet ./...
	go vet -tags lean ./infra/...

vet-tools:
	cd tools/local && go vet ./...
	cd tools/platform && go vet ./coredns ./network-policies
	cd tools/prometheus && go vet .
	cd tools/load && go vet ./...

test-unit: program ## everything that needs no cluster
	go test -run 'TestPatchesFit|TestEveryFaultIsPutBack' ./apps/histories # what takes longer is test-histories
	go test -timeout 30m $$(go list ./... | grep -v -e /test/ -e /apps/histories$$ -e /apps/attacks$$) # the first run of all compiles promtool
	go test -timeout 30m -tags lean ./infra
	cd tools/local && go test ./...
	cd tools/load && go test ./...
	cd tools/checks && go test -count=1 ./...
	cd tools/kube-score && go test -count=1 ./...

# Alone on the machine: what else runs beside it would count as the attacker's success.
test-attacks: ## attacks on the real services while honest customers shop
	go test -v -count=1 -timeout 10m ./apps/attacks | grep -v '^=== '

test-histories: ## orders by many at once on both stores, held against a model, while processes are killed and cut off; faults put back
	go test -v -count=1 -timeout 30m ./apps/histories -duration 60s | grep -v '^=== '

test-fuzz: ## every fuzz target for a while: make test-fuzz FUZZ_TIME=100000x
	@FUZZ_TIME=$(FUZZ_TIME) test/fuzz

test-datadog: program ## staging and production with Datadog, through the real Pulumi CLI, against a stand-in of Datadog's API on this machine
	go test -v -count=1 -timeout 30m ./test/datadog/... | grep -v '^=== '

test-e2e: ## a throwaway clone on a throwaway cluster: up, orders, faults, restart, down
	go test -v -count=1 -timeout 60m ./test/e2e

test-group: test-packages ## one group of the end-to-end tests on the cluster that make up PUBLISH=none has started here: make test-group GROUP=declaration
	PUBLISH=none E2E_CHECKOUT=$(CURDIR) go test -v -count=1 -timeout 60m -run 'TestPlatform/$(or $(GROUP),.)' ./test/e2e

golden: program ## rewrite the golden files and the settings reference after a change that is meant
	go generate ./stacks/...
	go test ./infra -run 'TestGolden|TestRenamesHaveAliases' -update

paged: program ## break what each critical alert is about, time who is paged by Prometheus and by Datadog, and write it down in docs/runbooks
	go test -count=1 -run '^TestWhoIsPaged$$' ./infra/alerts -update
	go test -count=1 -run '^TestDatadogPages$$' ./infra -update
	$(MAKE) runbooks

runbooks: ## write docs/runbooks from the alerts
	go run ./infra/runbooks/cmd docs/runbooks

pins: ## write docs/pins.md from the go.mod files
	cd tools/local && go run ./pins ../.. > ../../docs/pins.md.new && mv ../../docs/pins.md.new ../../docs/pins.md

pictures: ## make the README's pictures from the stack that is up here and from committed reports
	@test/install-packages
	go run ./test/pictures

bench: ## measure the services against something simpler on the same machine, and print the table
	@test/install-packages bench
	go test -run '^$$' -bench . -benchtime 1x -timeout 20m ./apps/bench

bench-preview: ## time pulumi preview as services are added, on the cluster of the stack that is up here, and print the table
	E2E_CHECKOUT=$(CURDIR) go test -v -run '^$$' -bench Preview -benchtime 1x -timeout 30m ./test/e2e

# Where the shop is, the stack says; for the local one with the environment of make env.
load: ## send a shop what customers send, and see how it takes it: make load RATE=20 DURATION=1m (or USERS=10, URL=…, REPORT=file.html)
	@mkdir -p .local/bin && go build -C tools/load -o ../../.local/bin/load .
	@$(if $(filter local,$(STACK)),[ ! -x $(LOCAL) ] || eval "$$($(LOCAL) env)";) exec .local/bin/load -stack '$(STACK)' -url '$(URL)' -allow '$(ALLOW_HOST)' \
		-rate '$(or $(RATE),0)' -users '$(or $(USERS),0)' -duration '$(or $(DURATION),1m)' -report '$(REPORT)'

drill-alerts: ## break a stack beside the one that is up here, fault by fault, and time the alerts: an hour, not part of make test
	@test/install-packages
	E2E_CHECKOUT=$(CURDIR) E2E_DRILL=alerts E2E_FAULT=$(FAULT) go test -v -count=1 -parallel 16 -timeout 3h -run TestAlerts ./test/e2e

drill-orders: ## the histories for as long as wanted, with a report: make drill-orders DURATION=30m SEED=7
	@test/install-packages
	go test -v -count=1 -timeout 0 -run TestHistories ./apps/histories -duration $(or $(DURATION),30m) \
		-seed $(or $(SEED),0) -reports $(CURDIR)/.local/drill-orders | grep -v '^=== '

drill-cold: ## time the first make up of all, with empty caches, and write docs/drill-cold.md (half an hour; not part of make test)
	@test/drill-cold

# What a pipeline does to a stack, and a person on their own machine: the stock Pulumi CLI, and deliver for what it lacks.
STACK ?= local
DELIVER := .local/bin/deliver
# The settings of every pull request's shop.
FROM ?= Pulumi.review.yaml
OF_STACK = -stack '$(STACK)'
# Pulumi would build it, but with Go's own appetite for memory.
WHOLE := $(if $(filter local,$(STACK))$(findstring lean,$(GOFLAGS)),,program)

# These come first, before minutes of compiling.
known-stack:
	@[ -f 'Pulumi.$(STACK).yaml' ] || { echo 'there is no Pulumi.$(STACK).yaml here; the stacks are:' $(patsubst Pulumi.%.yaml,%,$(wildcard Pulumi.*.yaml)); exit 1; }

confirmed:
	@[ '$(CONFIRM)' = '$(STACK)' ] || { echo 'say its name again: make destroy STACK=$(STACK) CONFIRM=$(STACK)'; exit 1; }

datadog-keys: ## ask Datadog whether it knows a stack's keys: make datadog-keys STACK=staging
	@go run ./infra/cmd/datadog '$(STACK)'

preflight: deliver ## what a stack's cluster is and has, and what the stack lacks there: make preflight STACK=staging
	@$(DELIVER) preflight $(OF_STACK)

preview: known-stack deliver $(WHOLE) ## what an update would do, by risk: make preview STACK=staging LABELS=allow-exposure
	@pulumi preview --json --stack '$(STACK)' > .local/preview.json || [ -s .local/preview.json ]
	@$(DELIVER) review $(OF_STACK) -labels '$(LABELS)' < .local/preview.json | tee '.local/preview-$(STACK).md'

deploy: known-stack deliver $(WHOLE) ## pulumi up, prove that it runs, smoke test; rolled back if it fails: make deploy STACK=staging LABELS=allow-downtime
	@$(DELIVER) deploy $(OF_STACK) -url '$(URL)' -labels '$(LABELS)'

verify: deliver ## prove that what runs is what was declared, and try the shop: make verify STACK=staging URL=https://…
	@$(DELIVER) verify $(OF_STACK) -url '$(URL)'

rollback: deliver ## bring the last good release back, code, images and settings: make rollback STACK=staging TO=<commit>
	@$(DELIVER) rollback $(OF_STACK) -url '$(URL)' -to '$(TO)' -labels '$(LABELS)'

drift: deliver ## what was changed by hand, by whom and since when; changes nothing: make drift STACK=staging
	@$(DELIVER) drift $(OF_STACK)

revert: deliver ## make an object as it was deployed again: make revert STACK=staging OBJECT='Deployment techcommerce/frontend' (or all)
	@$(DELIVER) revert $(OF_STACK) -object '$(OBJECT)'

review-stack: deliver
	@$(DELIVER) prepare $(OF_STACK) -from '$(FROM)' -domain '$(REVIEW_DOMAIN)'

review-account: review-stack deployer ## the account that may deploy one pull request's shop, made by an administrator: make review-account STACK=pr-12

review: review-stack ## a shop of its own for a pull request: make review STACK=pr-12 REVIEW_DOMAIN=review.example.com
	@$(DELIVER) deploy $(OF_STACK) -url '$(URL)' -labels allow-data-loss,allow-downtime,allow-fixed-name,allow-exposure,allow-alerts

review-down: deliver ## remove a pull request's shop and its data: make review-down STACK=pr-12
	@$(DELIVER) remove $(OF_STACK)

deployer: ## the account that a pipeline works on one stack with, made by an administrator: make deployer STACK=staging
	@mkdir -p .local/bin && go build -o .local/bin/deployer ./infra/cmd/deployer
	@.local/bin/deployer -stack '$(STACK)' $(ARGS)

destroy: confirmed deliver ## take a stack away, but for what is protected: make destroy STACK=staging CONFIRM=staging
	@$(DELIVER) destroy $(OF_STACK)

race: ## the tests that need no cluster, under the race detector
	go test -race $$(go list ./apps/... ./stacks/...)

lint: ## staticcheck, of the program without Datadog's SDK: with it, more memory than most machines have
	cd tools/checks && go build -o ../../.local/bin/staticcheck honnef.co/go/tools/cmd/staticcheck
	.local/bin/staticcheck -tags lean $$(go list -tags lean ./... | grep -v /infra/datadog$$)

vulnerabilities: ## known vulnerabilities that the code can reach
	cd tools/checks && go build -o ../../.local/bin/govulncheck golang.org/x/vuln/cmd/govulncheck
	.local/bin/govulncheck -tags lean ./... # it reads all source at once: with Datadog's SDK that is more memory than most machines have

outdated: ## which pinned tools have a newer release
	@test/outdated

declaration: program ## what the stacks declare, without a cluster and without secrets: fails on a difference from the golden files
	go test -count=1 -run 'TestGolden|TestPreview|TestEverythingFits' ./infra

# The rest serves the pipeline; .github/workflows calls nothing else.
pipeline: local
	@.github/prepare

seal:
	@.github/account seal

comment:
	@.github/comment '$(PULL_REQUEST)' '.local/preview-$(STACK).md'

review-comment: deliver
	@$(DELIVER) where $(OF_STACK) > '.local/review-$(STACK).md'
	@.github/comment '$(PULL_REQUEST)' '.local/review-$(STACK).md'

services: local
	@$(LOCAL) services

publish: local
	@$(LOCAL) publish

sign:
	@.github/sign .local/images.json

attest:
	@.github/attest .local/images.json .local/sbom

verify-images:
	@.github/verify .local/images.json

labels:
	@.github/labels

stacks:
	@.github/stacks

stacks-after-staging:
	@.github/stacks staging

deliver:
	@mkdir -p .local/bin
	@go build -o $(DELIVER) ./infra/cmd/deliver

local:
	@mkdir -p .local/bin
	@cd tools/local && CGO_ENABLED=0 GOFLAGS= go build -trimpath -buildvcs=false -o ../../$(LOCAL) .
