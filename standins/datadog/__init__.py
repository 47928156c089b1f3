"""A stand-in for Datadog: an HTTP server that answers its requests, for tests and for work without an account.

It is not under tests/ because more than tests use it: `replaybook demo --datadog` lets anyone try the Datadog side
offline, the journey test runs the whole bot against it, and the benches measure with it. It takes what the browser SDK
sends, so the demo can give it what the local store holds. It shares no code with the provider: it parses the query
language and checks every request by itself, so that both can't be wrong in the same way.

datadog_server, world, datadog_faults   the server; its state and its record of requests; faults that tests bring about
strict, denied                          checks of requests: keys, permissions, unknown parameters and parts of bodies
rum_columns, query_facets, shape        RUM events in columns; RUM's names for their parts; the shape the API gives them
query_language, query_fitting           RUM's query language, and the events that fit a query
rum_api, aggregate, replay_api          the endpoints of RUM and Session Replay
notebook_service, case_management, incident_management, owner_catalog, validate   the other endpoints
datadog_pages                           plain pages of what was written
recorded_sessions                       sessions that the SDK really recorded, moved in time
"""
