.DEFAULT_GOAL := help
# Counted: before Go 1.27 fuzzing for a duration fails now and then without having found anything (go.dev/issue/75804).
FUZZTIME ?= 500000x

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: story
story: ## one order from purchase to Completed, in a terminal
	go run ./examples/quickstart

.PHONY: portal
portal: ## the Service Supervision page, in a browser
	go run ./examples/portal -demo

.PHONY: test
test: ## every test of every module
	go test work

.PHONY: race
race: ## the same under the race detector
	go test -race work

.PHONY: cover
cover: ## statement coverage of the rules
	go test -cover ./appeal ./supervision ./supervision/template ./internal/machine ./store/memory

.PHONY: update
update: ## rewrite generated documents and golden files; read the diff
	go test . ./supervision ./supervision/template ./internal/machine ./store/storetest ./examples/quickstart ./examples/takeover -update
	go run ./internal/verify/rulebook

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (500000x, half a minute)
	@for target in $$(grep -rEo --include='*_test.go' '^func Fuzz\w+' . | sed -E 's|/[^/]*_test.go:func |:|' | sort -u); do \
	  echo "$$target"; \
	  (cd "$${target%%:*}" && go test -run '^$$' -fuzz "^$${target##*:}$$" -fuzztime $(FUZZTIME) .) || exit 1; \
	done

.PHONY: mutants
mutants: ## every planted bug, which the tests have to find; MUTANTS=-short for a third of them
	go run ./internal/verify/mutants $(MUTANTS)

.PHONY: mutate
mutate: ## every small change of the library, which the tests have to find; MUTATE=./appeal for one package
	go run ./internal/verify/mutate $(MUTATE)

.PHONY: bench
bench: ## the tables of docs/evidence/performance.md, twenty minutes; BENCH=-short for less, BENCH='-run replay' for some
	go run ./internal/verify/bench $(BENCH)

.PHONY: peers
peers: ## the library beside River, DBOS and hand-written SQL on PostgreSQL; PEERS='-run river' for one of them
	cd internal/verify/peers && GOWORK=off go run . $(PEERS)

.PHONY: growth
growth: ## three million orders beside ten thousand on PostgreSQL, twenty minutes and 20 GB; GROWTH='-many 100000' for fewer
	bash -c 'source .ci/servers && go run ./internal/verify/growth $(GROWTH)'

.PHONY: soak
soak: ## three hosts, an hour of everything that goes wrong, on SQLite and PostgreSQL; SOAK=10m for less; root, to fill disks
	go test -count=1 -v -timeout 0 -run 'TestSoak$$' ./internal/verify/sqlstore -soak $(or $(SOAK),1h)

.PHONY: tidb
tidb: ## RUN, a command, with a TiDB server in SERVICEFLOW_TIDB; builds one, a quarter of an hour the first time
	bash -c 'source .ci/tidb && $(or $(RUN),sleep infinity)'

# The tests that say something about an engine, on the oldest and the newest PostgreSQL.
POSTGRES_TESTS = (TestStore|TestClaims.*|TestPlans|TestStatements.*|TestManyInstances|TestJoined.*|TestUpgrade.*)/PostgreSQL|TestClaimPlan.*

# Those that say something about a cluster, and what is only asked of one.
GALERA_TESTS = (TestStore|TestClaims.*|TestManyInstances|TestJoined.*)/Galera|TestGalera.*

.PHONY: failover
failover: ## PostgreSQL fails over under the load of three hosts, to a synchronous and to an asynchronous standby; FAILOVER=-short for less
	bash -c 'source .ci/replica && go test -count=1 -v -run TestFailOver $(FAILOVER) ./internal/verify/sqlstore'
	bash -c 'source .ci/replica async && go test -count=1 -v -run TestFailOver $(FAILOVER) ./internal/verify/sqlstore'

.PHONY: engines
engines: ## the database tests on PostgreSQL 12 and 18, PgBouncer and a Galera cluster, which it starts; five minutes
	for version in 12 18; do \
	  bash -c "source .ci/postgres-version $$version && go test -count=1 -short -run '$(POSTGRES_TESTS)' ./internal/verify/sqlstore" || exit 1; \
	done
	bash -c 'source .ci/servers && source .ci/pgbouncer && go test -count=1 -run TestPgBouncer ./store/pgxstore'
	bash -c 'source .ci/galera && go test -count=1 -short -run "$(GALERA_TESTS)" ./internal/verify/sqlstore && \
	  go test -count=1 -run StoresAreLinearizable/Galera ./internal/verify/linearizability'

.PHONY: lint
lint: ## format, vet and staticcheck of every module; fails on a finding
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo run gofmt -w on: $$unformatted; exit 1; }
	go vet work
	cd internal/verify && go build -o ../../bin/staticcheck honnef.co/go/tools/cmd/staticcheck
	bin/staticcheck work

.PHONY: ci
ci: ## everything that has to hold; installs and starts databases and a browser
	bash .ci/run
