"""The table of rules: what it says of an address, and that it says nothing of what it doesn't know."""

from __future__ import annotations

from bot.web.access.route_rules import RULES, RouteRule, rule_of


def test_every_rule_is_for_an_address_that_begins_a_route() -> None:
    assert len({place for place, _ in RULES}) == len(RULES)
    assert rule_of("/notebooksellers") is None
    assert rule_of("/notebooks/new") is None
    assert rule_of("/metrics/all") is None
    assert rule_of("/") is None
    assert rule_of("/notebooks/{id}.pdf") is RouteRule.NOTEBOOK
