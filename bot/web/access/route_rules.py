"""Which rule holds for which address. An address that is not in the table is closed to everybody."""

from __future__ import annotations

from enum import StrEnum

from aiohttp import web

from bot.kernel.base_path import TOP, BasePath

BASE = web.AppKey("base", BasePath)
"""Below which path the application's addresses are."""


class RouteRule(StrEnum):
    OWN_LOCK = "own lock"
    """Whoever is let in is decided by the route itself: by a signature, by a key; or there is nothing to see."""
    METRICS = "metrics"
    """By the token of the metrics."""
    PROGRAM = "program"
    """By the token that the running bot writes into its data folder: for the command line of this machine."""
    SIGN_IN = "sign in"
    """For people who are not signed in yet, in a browser."""
    SIGNED_IN = "signed in"
    """For whoever is signed in; what they see there is theirs alone."""
    NOTEBOOK = "notebook"
    """For people in the channel of the notebook `{id}`, and whom its owner shares it with."""
    FILE = "file"
    """For whoever may see a page that shows the file `{name}`."""
    ANSWER = "answer"
    """For people in the channel of the answer `{secret}`, and whoever asked."""
    TICKET = "ticket"
    """For people in the channel whose request led to the ticket `{key}`."""


RULES: tuple[tuple[str, RouteRule], ...] = (
    ("/slack", RouteRule.OWN_LOCK),  # signed by Slack, or checked by a state of ours
    ("/hooks", RouteRule.OWN_LOCK),  # webhooks of trackers, signed by them
    ("/intake", RouteRule.OWN_LOCK),  # by the keys of senders
    ("/livez", RouteRule.OWN_LOCK),
    ("/readyz", RouteRule.OWN_LOCK),
    ("/healthz", RouteRule.OWN_LOCK),
    ("/pages", RouteRule.OWN_LOCK),  # the style and the script of the pages
    ("/metrics", RouteRule.METRICS),
    ("/api/ask", RouteRule.PROGRAM),
    ("/api/events-export", RouteRule.PROGRAM),
    ("/api/forget", RouteRule.PROGRAM),
    ("/signin", RouteRule.SIGN_IN),
    ("/signout", RouteRule.SIGNED_IN),
    ("/notebooks", RouteRule.SIGNED_IN),
    ("/notebooks/{id}", RouteRule.NOTEBOOK),
    ("/files/{name}", RouteRule.FILE),
    ("/answers/{secret}", RouteRule.ANSWER),
    ("/tickets", RouteRule.SIGNED_IN),
    ("/tickets/{key}", RouteRule.TICKET),
)
"""By the beginning of an address, as the router writes it."""

INSIDE = ("/livez", "/readyz", "/healthz", "/metrics", "/api")
"""What probes, Prometheus and this machine's command line ask, past the proxy: never below the installation's path."""

EXACT = frozenset({RouteRule.SIGNED_IN, RouteRule.METRICS})
"""Rules that hold for the address alone and for nothing below it."""

FOR_EVERYBODY = frozenset({"/notebooks/{id}", "/notebooks/{id}/version"})
"""What is read of a notebook that is shared with everybody: it alone, as exports take the bot's time."""


def address_of(request: web.Request) -> str | None:
    """The address of a request's route, as the router writes it, without the installation's path; None for no route."""
    resource = request.match_info.route.resource
    return None if resource is None else request.app.get(BASE, TOP).within(resource.canonical)


def is_inside(address: str) -> bool:
    """Whether an address is at the top of the server, wherever people's addresses are."""
    return any(address == place or address.startswith(f"{place}/") for place in INSIDE)


def rule_of(address: str) -> RouteRule | None:
    """The rule of the longest entry that the address begins with, or None where there is none."""
    fitting = [(place, rule) for place, rule in RULES if _holds(place, rule, address)]
    return max(fitting, key=lambda entry: len(entry[0]))[1] if fitting else None


def _holds(place: str, rule: RouteRule, address: str) -> bool:
    if address == place:
        return True
    return rule not in EXACT and address.startswith(place) and address[len(place)] in "/."
