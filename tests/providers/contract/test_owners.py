"""What every provider that knows owners promises."""

from __future__ import annotations

from bot.backlog.feature import Contact, Owner
from tests.providers.contract.conftest import OpenOwners

MINA = "mina@example.com"


async def test_the_owner_of_a_view_is_given_by_an_address_and_found_again_by_name(open_owners: OpenOwners) -> None:
    owners = await open_owners({"/cart": MINA, "/search": "erik@example.com"})
    feature = await owners.owner_of([], "/cart")
    assert feature
    assert feature.engineering == feature.product == Owner(Contact.EMAIL, MINA)
    assert await owners.named(feature.name) == feature


async def test_tickets_of_such_a_feature_go_to_the_tracker_of_the_settings(open_owners: OpenOwners) -> None:
    feature = await (await open_owners({"/cart": MINA})).owner_of([], "/cart")
    assert feature
    assert feature.tracker == ""


async def test_what_nobody_owns_has_no_owner(open_owners: OpenOwners) -> None:
    owners = await open_owners({"/cart": MINA})
    assert await owners.owner_of([], "/elsewhere") is None
    assert await owners.owner_of([]) is None
    assert await owners.named("never given") is None
