"""A stand-in for PostHog: an HTTP server that answers its private API, for tests and for work without an account.

It shares no code with the provider. HogQL is really run: it is checked against what PostHog's HogQL knows, translated
as PostHog translates it, and given to ClickHouse's own engine (standins/clickhouse, a development dependency).

posthog_server, posthog_world   the server; its state and its record of requests
posthog_denied                  refusals, in PostHog's form, and the checks of keys, scopes, projects and limits
hogql, hogql_words              HogQL: what is refused, and its translation into ClickHouse's SQL
events_engine                   the events and sessions in ClickHouse's engine, and its answers
query_api, recordings_api       the endpoints: queries, the project; recordings and their snapshots
autocaptured                    what posthog-js would have sent where Datadog's SDK sent RUM events
snapshot_blobs                  a recording as PostHog stores it

What it doesn't show: sampling of queries, queries that are answered later (`async`), property types other than text
(PostHog reads a property as a number or a boolean where it is known as such), and ClickHouse's limits of time.
"""
