"""What Datadog's own client sends, recorded for the contract tests.

The official client is the oracle: the requests it makes for the calls that Replaybook makes are kept as small files
under tests/providers/datadog/contract/, and the tests compare ours with them. It has 95 MB, so it is installed only to
record:

    python3 -m venv /somewhere/else && /somewhere/else/bin/pip install datadog-api-client==2.62.0
    /somewhere/else/bin/python -m scripts.datadog_contract

Each module beside this one has CASES: names with a function that makes one call with the given client.
"""
