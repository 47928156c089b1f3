"""Linear's webhooks, as the stand-in signs and sends them."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from bot.kernel.errors import Missing, Misunderstood, Unauthorized
from bot.kernel.settings import Secret, Settings
from bot.providers.hooks import HookDelivery, signed
from bot.providers.linear.linear_hooks import HOOKS
from bot.providers.linear.linear_settings import LinearSettings
from standins.linear import issue_changes
from standins.linear.linear_webhooks import LinearDelivery, payload
from standins.linear.linear_world import LinearHook, LinearWorld
from tests.providers.linear.linear_house import NOON

SECRET = "hush"
SETTINGS = Settings().with_provider(LinearSettings(api_key=Secret("k"), webhook_secret=Secret(SECRET)))


def a_delivery(world: LinearWorld, *, moved: bool = False) -> LinearDelivery:
    issue = issue_changes.created(world, {"teamId": world.teams[0].id, "title": "Buy"}, world.users[0])
    if moved:
        issue_changes.move_to_team(world, issue, world.teams[1], world.users[1])
    hook = LinearHook("https://bot.example/hooks/linear/main", SECRET)
    return LinearDelivery(hook, "d-1", payload(world, "update", issue, {}, world.users[1]))


def received(delivery: LinearDelivery, late_s: float = 0.0, **changed: str) -> HookDelivery:
    body, headers = delivery.request(round(NOON.timestamp() * 1000))
    lower = {name.lower(): value for name, value in headers.items()} | {
        k.replace("_", "-"): v for k, v in changed.items()
    }
    return HookDelivery("main", lower, body, NOON + timedelta(seconds=late_s))


def test_a_signed_webhook_names_the_issue_by_every_key_that_it_had(world: LinearWorld) -> None:
    assert HOOKS.read(SETTINGS, received(a_delivery(world))).keys == ("SHOP-1",)
    hint = HOOKS.read(SETTINGS, received(a_delivery(world, moved=True)))
    assert (hint.id, hint.keys) == ("d-1", ("OPS-1", "SHOP-2"))


@pytest.mark.parametrize("signature", ["", "0" * 64, "ü", "\udcff", "sha256=" + "0" * 64])
def test_another_signature_is_refused(world: LinearWorld, signature: str) -> None:
    with pytest.raises(Unauthorized, match="isn’t signed"):
        HOOKS.read(SETTINGS, received(a_delivery(world), linear_signature=signature))


@pytest.mark.parametrize(("late_s", "fresh"), [(0, True), (59, True), (-59, True), (61, False), (-61, False)])
def test_what_was_sent_too_long_ago_is_refused(world: LinearWorld, late_s: float, fresh: bool) -> None:
    delivery = received(a_delivery(world), late_s)
    if fresh:
        assert HOOKS.read(SETTINGS, delivery).keys
    else:
        with pytest.raises(Unauthorized, match="too long ago"):
            HOOKS.read(SETTINGS, delivery)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"type": 1}', b"\xff", b"[" * 99_999])
def test_a_signed_body_of_another_form_is_misunderstood(body: bytes) -> None:
    delivery = HookDelivery("main", {"linear-signature": signed(SECRET, body)}, body, NOON)
    with pytest.raises(Misunderstood):
        HOOKS.read(SETTINGS, delivery)


def test_a_comment_names_its_issue_and_anything_else_names_none() -> None:
    for data, keys in (
        ({"issue": {"identifier": "shop-3"}}, ("SHOP-3",)),
        ({"issue": None}, ()),
        ({"name": "x"}, ()),
    ):
        sent = {"type": "Comment", "webhookTimestamp": round(NOON.timestamp() * 1000), "data": data}
        body = msgspec.json.encode(sent)
        assert (
            HOOKS.read(SETTINGS, HookDelivery("m", {"linear-signature": signed(SECRET, body)}, body, NOON)).keys == keys
        )


def test_without_a_secret_nothing_is_heard_and_the_trial_is_good(world: LinearWorld) -> None:
    unset = Settings().with_provider(LinearSettings(api_key=Secret("k")))
    with pytest.raises(Missing):
        HOOKS.read(unset, received(a_delivery(world)))
    assert (HOOKS.trial(unset, NOON), HOOKS.steps(Settings(), "https://bot.example")) == (None, ())
    trial = HOOKS.trial(SETTINGS, NOON)
    assert trial
    assert HOOKS.read(SETTINGS, trial).keys == ()
    assert any(
        "https://bot.example/hooks/linear/main" in step
        for step in HOOKS.steps(SETTINGS, "https://bot.example/hooks/linear/main")
    )
