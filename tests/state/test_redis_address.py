"""What REDIS_URL may say, and what is refused without a password in the sentence."""

from __future__ import annotations

import pytest

from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Secret, Settings
from bot.state.redis_address import RedisAddress

S, C = "redis+sentinel://", "redis+cluster://"


@pytest.mark.parametrize(
    "url",
    [
        "redis://h",
        "rediss://u:p@h:1/2",
        "unix:///a/b.sock?db=3",
        "redis://h?db=1",
        "redis://h/",
        "rediss://h?ssl_ca_certs=/x",
        "redis://u:p%40%2F@[::1]:6379/15",
        "redis://h:6379/0?client_name=bot@shop&",
        "rediss://h?ssl_ca_certs=/certs/shop@eu/ca.pem",
    ],
)
def test_one_server_is_left_to_the_clients(url: str) -> None:
    assert RedisAddress.of(url) == RedisAddress("server", url)


def test_sentinels_are_named_with_the_service_and_the_database() -> None:
    found = RedisAddress.of(f"{S}user:p%40ss%2F@a:1,[::1]:2,c/my%20master/3?sentinel_username=x&sentinel_password=y%3D")
    assert found.nodes == (("a", 1), ("::1", 2), ("c", 26379))
    assert (found.service, found.db, found.username, found.password) == ("my master", 3, "user", "p@ss/")
    assert (found.sentinel_username, found.sentinel_password, found.tls) == ("x", "y=", False)
    assert RedisAddress.of("rediss+sentinel://a/m").tls


def test_a_cluster_is_named_by_some_of_its_servers() -> None:
    found = RedisAddress.of(f"{C}:secret@a:7000,b:7001,[fe80::1]")
    assert found.nodes == (("a", 7000), ("b", 7001), ("fe80::1", 6379))
    assert (found.username, found.password, found.db) == (None, "secret", 0)
    assert RedisAddress.of(f"{C}a:7000/0") == RedisAddress("cluster", f"{C}a:7000/0", (("a", 7000),))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://:hush@h", "must begin with"),
        ("redis+proxy://:hush@h", "must begin with"),
        ("sentinel://:hush@h/m", "must begin with"),
        ("redis://", "must begin with"),
        ("", "must begin with"),
        ("redis://:hush@h:port", "percent-encoded"),
        ("redis://:hu/hush@h", "percent-encoded"),
        ("redis://:hu?hush@h", "percent-encoded"),
        ("redis://hu:12?hush@h", "percent-encoded"),
        ("redis://hu:12#hush@h", "percent-encoded"),
        ("redis://:hu#hush@h", "percent-encoded"),
        ("rediss://:hush@[::1", "percent-encoded"),
        ("redis://:hush@h:99999", "percent-encoded"),
        ("redis://:hush@h/name", "percent-encoded"),
        ("redis://:hush@h?hush=1", "percent-encoded"),
        (f"{S}:hush@[::1/m", "percent-encoded"),
        (f"{S}:hush@h:26379", "name of the service"),
        (f"{S}:hush@h:26379/", "name of the service"),
        (f"{S}:hush@h:26379/m/x", "name of the service"),
        (f"{S}:hush@h:26379/m?db=1", "option that isn’t known here: db"),
        (f"{S}:hush@h:port/m", "host:port"),
        (f"{S}:hush@h:99999/m", "host:port"),
        (f"{S}:hush@/m", "host:port"),
        (f"{S}:hush@a,,b/m", "host:port"),
        (f"{C}:hush@", "host:port"),
        (f"{C}:hush@h/3", "one database"),
        (f"{C}:hush@h?sentinel_password=hush", "option that isn’t known here"),
    ],
)
def test_what_is_no_address_is_refused_without_its_password(url: str, says: str) -> None:
    with pytest.raises(Misunderstood, match=says) as refused:
        RedisAddress.of(url)
    assert "hush" not in refused.value.sentence


def test_every_password_in_an_address_is_kept_out_of_the_log() -> None:
    url = f"{S}user:p%40ss@a:1,b:2/m?sentinel_password=s%3Dt&sentinel_username=x"
    secrets = Settings(redis_url=Secret(url)).secrets
    assert {"p%40ss", "p@ss", "s%3Dt", "s=t"} <= set(secrets)
    assert "x" not in secrets
