"""A stand-in for Datadog: an HTTP server that answers its requests, for tests and for work without an account.

It lives here and not under tests/ because more than tests use it: `python -m bot.providers.datadog.standin` lets anyone
try the Datadog side offline with DD_API_KEY, DD_APP_KEY and REPLAYBOOK_DATADOG_URL set, the journey test runs the whole
bot against it, and the benches measure with it. Nothing of the provider imports it, so it costs a running bot nothing.
It shares no code with the provider: it parses the query language and checks every request by itself, so that both
can't be wrong in the same way.

server, world, faults    the server; what it knows and remembers; what can be made to go wrong
strict                   requests are checked: keys, permissions, unknown parameters, unknown parts of bodies
language, facets         RUM's query language, and what its words mean for an event
rum, aggregate, replay   the endpoints
pages                    what was written, to be read
sample, recordings       events in the shape the API gives, from what the browser SDK sends
"""
