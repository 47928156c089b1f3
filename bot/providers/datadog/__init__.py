"""Datadog: signals and replays from RUM, notebooks, incidents, cases and owners, over one HTTP client.

provider, open_datadog   the row in the registry, and what it opens; the settings are in datadog_settings
datadog_doctor           what works with the keys that are set
http                     one request and how it is sent: keys, time-outs, retries, rate limits, a circuit
rum                      questions over RUM: the query language with its one escaping, requests, answers, moments
replay                   recordings, from the replay API
notebooks                post-mortems: the bot's record (state), reading (reconcile), writing (render), graphs
incidents, cases         post-mortem and follow-ups of a channel's incident; Case Management as the tracker
owners                   who answers for a view or a service

Its stand-in for tests, and for work without an account, is standins/datadog. Facts about the API, permissions and
what nobody outside can know: README.md and NOTEBOOKS.md in this folder.
"""
