"""A webhook is believed when it is signed, and then names nothing but tickets to read again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.kernel.clock import Clock
from bot.kernel.errors import Missing, Misunderstood, ReplaybookError, Unauthorized
from bot.kernel.settings import Secret, Settings
from bot.providers.github.github_hooks import HOOKS
from bot.providers.github.github_settings import GitHubSettings
from bot.providers.hooks import HookDelivery, signed
from standins.github.github_by_hand import ACTIONS, by_hand
from standins.github.github_world import GitHubWorld

SECRET = "a long random text"
SETTINGS = Settings().with_provider(GitHubSettings(repo="acme/shop", token=Secret("t"), hook_secret=Secret(SECRET)))


def delivery(clock: Clock, body: bytes, **headers: str) -> HookDelivery:
    known = {
        "x-github-event": "issues",
        "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "x-hub-signature-256": f"sha256={signed(SECRET, body)}",
    }
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return HookDelivery("main", known | given, body, clock())


@pytest.mark.parametrize("what", ACTIONS)
def test_the_issue_is_named_and_after_a_transfer_so_is_the_new_one(clock: Clock, what: str) -> None:
    world = GitHubWorld(clock=clock)
    by_hand(world, world.add("acme/shop", "Buy"), what)
    hint = HOOKS.read(SETTINGS, delivery(clock, msgspec.json.encode(world.hooks[-1].payload)))
    assert hint.keys == (("acme/shop#1", "acme/ops#1") if what == "move" else ("acme/shop#1",))
    assert hint.id == "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def test_a_body_that_was_changed_by_one_byte_is_not_believed(clock: Clock) -> None:
    body = b'{"action":"closed","issue":{"number":1},"repository":{"full_name":"acme/shop"}}'
    signature = f"sha256={signed(SECRET, body)}"
    with pytest.raises(Unauthorized):
        HOOKS.read(SETTINGS, delivery(clock, body.replace(b"1", b"2"), x_hub_signature_256=signature))


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha1=abc",
        "sha256=" + "0" * 64,
        signed(SECRET, b"{}"),
        "SHA256=" + signed(SECRET, b"{}"),
        "é",
        "\udcff",
    ],
)
def test_any_other_signature_is_refused_before_the_body_is_read(clock: Clock, signature: str) -> None:
    with pytest.raises(Unauthorized):
        HOOKS.read(SETTINGS, delivery(clock, b"{}", x_hub_signature_256=signature))


@pytest.mark.parametrize(
    ("body", "headers", "error"),
    [
        (b"payload=%7B%7D", {}, Misunderstood),
        (b"\xff\xfe", {}, Misunderstood),
        (b"[" * 100_000, {}, Misunderstood),
        (b"{}", {"x_github_delivery": ""}, Misunderstood),
        (b"{}", {"x_github_delivery": "a b\n"}, Misunderstood),
    ],
)
def test_what_is_no_webhook_of_an_issue_is_told(
    clock: Clock, body: bytes, headers: dict[str, str], error: type[ReplaybookError]
) -> None:
    with pytest.raises(error):
        HOOKS.read(SETTINGS, delivery(clock, body, **headers))


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"issue": {"number": 1}},
        {"issue": {"number": -1}, "repository": {"full_name": "acme/shop"}},
        {"issue": {"number": 1}, "repository": {"full_name": "../../admin"}},
        {"issue": {"number": 1}, "repository": {"full_name": "acme/shop\n"}},
    ],
)
def test_a_hostile_payload_names_nothing(clock: Clock, payload: dict[str, Any]) -> None:
    assert HOOKS.read(SETTINGS, delivery(clock, msgspec.json.encode(payload))).keys == ()


def test_other_events_are_taken_and_name_nothing(clock: Clock) -> None:
    assert HOOKS.read(SETTINGS, delivery(clock, b'{"zen":"x"}', x_github_event="ping")).keys == ()


def test_without_a_secret_nothing_is_believed_or_tried(clock: Clock) -> None:
    bare = Settings().with_provider(GitHubSettings(token=Secret("t")))
    with pytest.raises(Missing):
        HOOKS.read(bare, delivery(clock, b"{}"))
    assert HOOKS.trial(bare, clock()) is None
    assert HOOKS.steps(Settings(), "https://bot.example/hooks/github/main") == ()


def test_the_trial_of_the_doctor_is_believed_and_the_steps_name_the_address_and_no_secret(clock: Clock) -> None:
    trial = HOOKS.trial(SETTINGS, clock())
    assert trial
    assert HOOKS.read(SETTINGS, trial).keys == ()
    steps = HOOKS.steps(SETTINGS, "https://bot.example/hooks/github/main")
    assert any("https://bot.example/hooks/github/main" in step for step in steps)
    assert not any(SECRET in step for step in steps)
