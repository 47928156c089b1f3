"""A stand-in for Datadog: an HTTP server that answers its requests, for tests and for work without an account.

It lives here and not under tests/ because more than tests use it: `replaybook demo --datadog` lets anyone try the
Datadog side offline, the journey test runs the whole bot against it, and the benches measure with it. It takes what
the browser SDK sends, so a place above the providers can give it what the local store holds. Nothing of the provider
imports it, so it costs a running bot nothing. It shares no code with the provider: it parses the query language and
checks every request by itself, so that both can't be wrong in the same way.

server, world, faults      the server; what it knows and remembers; what can be made to go wrong
strict, denied             requests are checked: keys, permissions, unknown parameters, unknown parts of bodies
events, facets, shape      RUM events, in columns; what RUM calls their parts; what the API makes of them
language, fitting          RUM's query language, and which events fit a query
rum, aggregate, replay     the endpoints
notebooks, cases, incidents, catalog, validate
pages                      what was written, to be read
recordings                 sessions that the SDK really recorded, moved in time
"""
