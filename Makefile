.PHONY: check fmt test integration isolation isolation-v2 fuzz guards bench soak

check:        ## format, imports, ranks, C warnings; the C programs under sanitizers (as root), the fuzzers' kept inputs
	scripts/check

fmt:          ## format in place
	swift format --in-place --parallel --recursive Package.swift Sources Tests

test:         ## everything CI runs
	./test

integration:  ## the API through boto3 and the AWS CLI
	./test build integration conformance recovery

isolation:    ## what a function can not do
	./test build spawner isolation

isolation-v2: ## the same in a virtual machine whose control groups are version 2
	./test build
	scripts/isolation-v2

MINUTES ?= 5
fuzz:         ## both fuzz targets with new inputs, one after the other; MINUTES=30 for each
	scripts/fuzz spawner-protocol $$(( $(MINUTES) * 60 ))
	scripts/fuzz package-reader $$(( $(MINUTES) * 60 ))

guards:       ## takes one guard at a time away and shows that a test fails without it
	scripts/guards

bench:        ## every benchmark of a release build, beside others; writes Benchmarks/ again
	/usr/bin/python3 bench/report.py --start .build/release/redoubt

soak:         ## a release build: 10,000 invocations from 16 clients, then 200 kills at random moments under load, a million policy questions
	/usr/bin/python3 bench/soak.py --start .build/release/redoubt --invocations 10000 --clients 16
	cd Tests && ../.build-venv/bin/python -m soak --rounds 200
	.build-venv/bin/python Tests/Policy/soak.py --cases 1000000
	REDOUBT_STORM_ROUNDS=500 .build-venv/bin/python -m pytest Tests/Integration/test_concurrency.py -q -k storm
