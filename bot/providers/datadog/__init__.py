"""Datadog: signals and replays from RUM, read over one HTTP client of our own.

site, call, client   one request and how it is sent: keys, time-outs, retries, limits, a circuit
errors, limits       what a failure means for people; rate limits that all replicas share
query                RUM's query language, with everything that people typed escaped in one place
source               questions over RUM; replays and segments: recordings
notebooks            post-mortems: kept (our record), matching and folding (reading), laying (writing), graphs
incidents, cases     the notebook and follow-ups for a channel's incident; Case Management as the tracker
owners, teams        who answers for a view or a service
doctor               what works with the keys that are set
standin              a strict server that answers like Datadog, for tests and for work without an account

Facts about the API, permissions and what nobody outside can know: docs/datadog.md,
docs/datadog-notebooks.md.
"""
