"""By which names the pages are reached, from which pages forms come, and what is a path of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.web.access.request_origin import PublicOrigin
from bot.web.access.signed_values import SignedValues
from bot.web.access.signin_pages import own_path

BOT = PublicOrigin("https://bot.example", loopback=False)
OWN = PublicOrigin("http://127.0.0.1:8400", loopback=True)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("bot.example", True), ("BOT.example", True), ("bot.example:443", True), ("bot.example:80", False),
        ("bot.example.", False), ("evil.example", False), ("127.0.0.1", False), ("bot.example@evil.example", False),
        ("bot.example:443@evil.example", False), ("[::1", False), ("bot.example:x", False), ("", False),
    ],
)  # fmt: skip
def test_by_its_public_name_alone(host: str, ours: bool) -> None:
    assert BOT.is_host(host) is ours


@pytest.mark.parametrize("host", ["localhost:9000", "127.0.0.1", "[::1]:8400"])
def test_on_a_machine_of_ones_own_by_that_machines_names_too(host: str) -> None:
    assert OWN.is_host(host)
    assert not OWN.is_host(f"{host.replace('[', '').replace(']', '')}.evil.example")


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"Origin": "https://bot.example"}, True),
        ({"Origin": "https://bot.example:443", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://bot.example"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://[::1"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://bot.example"}, False),
    ],
)
def test_a_form_comes_from_a_page_of_ours(headers: dict[str, str], taken: bool) -> None:
    request = make_mocked_request("POST", "/notebooks/a/title", {"Host": "bot.example", **headers})
    assert BOT.is_own(request) is taken
    assert BOT.is_own(make_mocked_request("GET", "/", {"Host": "bot.example", **headers}))


@pytest.mark.parametrize("path", ["/notebooks/a?q=1&page=2", "/tickets/SHOP-1", "/a//b", "/%0d%0a"])
def test_a_path_of_ours_stays(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path", ["//e.example", "/\\e.example", "https:/e.example", "e.example", "/\n", "/signout", "//["]
)
def test_any_other_address_becomes_the_list(path: str) -> None:
    assert own_path(path) == "/notebooks"


def test_a_signed_value_is_for_its_purpose_its_time_and_its_keys() -> None:
    now = [NOON]
    old, new = SignedValues(["o" * 32], lambda: now[0]), SignedValues(["n" * 32, "o" * 32], lambda: now[0])
    value = old.sign("session", {"a": 1}, timedelta(minutes=5))
    assert new.read("session", value, dict) == {"a": 1}
    assert new.read("state", value, dict) is None
    assert new.read("session", value, str) is None
    assert SignedValues(["n" * 32], lambda: now[0]).read("session", value, dict) is None
    assert old.read("session", new.sign("session", {"a": 1}, timedelta(minutes=5)), dict) is None
    now[0] += timedelta(minutes=5)
    assert new.read("session", value, dict) is None


def test_no_letter_of_a_signed_value_can_be_changed() -> None:
    values = SignedValues(["k" * 32], lambda: NOON)
    value = values.sign("session", {"user": "U1"}, timedelta(hours=1))
    for at in range(len(value)):
        changed = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
        assert values.read("session", changed, dict) is None, at
