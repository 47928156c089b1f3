"""Owners come from owners.yaml, then from what Datadog knows of views, services and teams."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from redis.asyncio import Redis

from bot.backlog.feature import Contact, Feature, Owner
from bot.backlog.owners import AllOwners, Owners
from bot.kernel.clock import system_clock
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.owners.datadog_owners import DatadogOwners
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.owner_catalog import CatalogRule, CatalogTeam, User, catalog
from standins.datadog.world import World
from tests.providers.datadog.house import asked


@dataclass(frozen=True)
class Target:
    name: str
    selector: str = ""


@pytest.fixture
def world() -> World:
    world = World(clock=system_clock)
    known = catalog(world)
    for id, email in (("u1", "jisoo"), ("u2", "minseo"), ("u3", "hana")):
        known.users[id] = User(f"{email}@example.com")
    known.teams["t1"] = CatalogTeam("payments", {"u1": "admin", "u2": "member"}, on_call=["u3"])
    known.teams["t2"] = CatalogTeam("payments-web", {"u2": "member"})
    known.rules.extend(
        [CatalogRule("/", "payments-web", prefix=True), CatalogRule("/checkout", "payments", prefix=True)]
    )
    known.services["cart"] = "payments-web"
    return world


@pytest.fixture
def ours(client: Client, redis: Redis) -> DatadogOwners:
    return DatadogOwners(client, redis, project="SHOP")


async def test_the_most_specific_rule_names_the_team_and_the_team_its_people(ours: DatadogOwners) -> None:
    assert await ours.owner_of([], "/checkout/pay") == Feature(
        "/checkout",
        engineering=Owner(Contact.EMAIL, "hana@example.com"),
        product=Owner(Contact.EMAIL, "jisoo@example.com"),
        views=("/checkout",),
        project="SHOP",
    )


async def test_without_a_rota_a_member_is_asked_and_without_an_admin_the_same(ours: DatadogOwners) -> None:
    feature = await ours.owner_of([], "/cart")
    assert feature
    assert {feature.engineering.value, feature.product.value} == {"minseo@example.com"}


async def test_a_view_that_nobody_owns_is_looked_up_by_its_service(ours: DatadogOwners, world: World) -> None:
    catalog(world).rules.clear()
    feature = await ours.owner_of([], "/x", "cart")
    assert feature
    assert (feature.name, feature.engineering.value) == ("cart", "minseo@example.com")
    assert await ours.owner_of([], "/x", "unknown") is None


async def test_whoever_left_is_not_asked(ours: DatadogOwners, world: World) -> None:
    catalog(world).users["u3"].disabled = True
    catalog(world).users["u1"].disabled = True
    feature = await ours.owner_of([], "/checkout")
    assert feature
    assert feature.engineering.value == feature.product.value == "minseo@example.com"


async def test_what_was_found_is_kept_for_a_while_and_so_is_that_nothing_was(ours: DatadogOwners, world: World) -> None:
    found = await ours.owner_of([], "/checkout")
    catalog(world).rules.clear()
    assert await ours.owner_of([], "/elsewhere") is None
    asked_so_far = len(world.requests)
    assert await ours.owner_of([], "/checkout") == found
    assert await ours.owner_of([], "/elsewhere") is None
    assert await ours.named("/checkout") == found
    assert await ours.named("/never") is None
    assert len(world.requests) == asked_so_far


async def test_when_the_preview_fails_the_catalog_is_asked(ours: DatadogOwners, world: World) -> None:
    world.faults.add(DatadogFault("GET .*/teams-ownership/rules", status=404))
    feature = await ours.owner_of([], "/checkout", "cart")
    assert feature
    assert feature.name == "cart"


async def test_a_datadog_that_is_away_knows_nobody_and_that_is_not_remembered(
    ours: DatadogOwners, world: World, redis: Redis
) -> None:
    away = world.faults.add(DatadogFault("GET", status=503, times=99))
    assert await ours.owner_of([], "/checkout", "cart") is None
    away.times = 0
    async with asked(world) as client:
        assert await DatadogOwners(client, redis).owner_of([], "/checkout", "cart")


async def test_owners_yaml_wins_and_datadog_knows_the_rest(ours: DatadogOwners) -> None:
    mine = Feature("Checkout", Owner(Contact.USER, "U1"), Owner(Contact.USER, "U2"), aliases=("Buy",))
    owners = AllOwners(Owners((mine,)), (ours,))
    assert await owners.owner_of([Target("Buy now")], "/checkout") is mine
    other = await owners.owner_of([Target("Cancel")], "/checkout")
    assert other
    assert other.name == "/checkout"
    assert await owners.named("Checkout") is mine
    assert await owners.named("/checkout") == other
    assert await owners.named("nobody's") is None
