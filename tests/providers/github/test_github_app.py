"""An App proves itself with a signed JWT, and its installation's token is renewed before it ends and after a 401."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from bot.kernel.clock import system_clock
from bot.kernel.errors import Misunderstood, Phrase, Unauthorized
from bot.kernel.settings import Settings
from bot.providers.github import open_github
from bot.providers.github.github_doctor import checks
from bot.providers.github.github_issue import Issue
from bot.providers.github.github_settings import GitHubSettings
from standins.github.github_world import GitHubWorld
from standins.http_faults import HttpFault
from tests.moments import ahead_of

PRIVATE = rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def proves(world: GitHubWorld) -> Callable[[str], bool]:
    def check(jwt: str) -> bool:
        head, claims, signature = jwt.split(".")
        try:
            PRIVATE.public_key().verify(
                decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return False
        told = msgspec.json.decode(decoded(claims), type=dict[str, int | str])
        now = world.clock().timestamp()
        return told["iss"] == "12345" and int(told["iat"]) <= now < int(told["exp"]) <= now + 600

    return check


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def app(tmp_path: Path, world: GitHubWorld) -> GitHubSettings:
    (tmp_path / "app.pem").write_bytes(pem(PRIVATE))
    world.proves_app = proves(world)
    return GitHubSettings(
        repo="acme/shop", app_id="12345", app_installation="77", app_key=tmp_path / "app.pem", url=world.api
    )


def tokens(world: GitHubWorld) -> int:
    return sum(each.path.endswith("/access_tokens") for each in world.requests)


async def test_one_token_serves_until_it_is_nearly_over(app: GitHubSettings, world: GitHubWorld) -> None:
    world.add("acme/shop", "Buy")
    ahead, clock = [timedelta()], world.clock
    world.clock = lambda: clock() + ahead[0]
    async with open_github.open_client(app, world.clock) as client:
        for _ in range(3):
            await client.read("/repos/acme/shop/issues/1", Issue, Phrase("issue"))
        assert tokens(world) == 1
        ahead[0] = timedelta(minutes=59, seconds=30)
        await client.read("/repos/acme/shop/issues/1", Issue, Phrase("issue"))
        assert tokens(world) == 2


async def test_a_token_that_is_refused_is_asked_for_anew_once(app: GitHubSettings, world: GitHubWorld) -> None:
    world.add("acme/shop", "Buy")
    async with open_github.open_client(app, world.clock) as client:
        await client.read("/repos/acme/shop/issues/1", Issue, Phrase("issue"))
        world.faults.add(HttpFault("GET .*/issues/1$", status=401))
        await client.read("/repos/acme/shop/issues/1", Issue, Phrase("issue"))
        assert tokens(world) == 2


async def test_the_doctor_says_what_works_and_what_is_missing(app: GitHubSettings, world: GitHubWorld) -> None:
    settings = Settings(clock_ahead_s=ahead_of(world.clock)).with_provider(app)
    assert (await checks(settings)["issues"]()).startswith("acme/shop can be read")
    assert checks(Settings()) == {}
    world.proves_app = lambda _: False
    with pytest.raises(Unauthorized):
        await checks(settings)["issues"]()


@pytest.mark.parametrize("content", [b"", b"no key", pem(ec.generate_private_key(ec.SECP256R1()))])
async def test_a_file_that_holds_no_such_key_is_named(
    app: GitHubSettings, world: GitHubWorld, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "app.pem").write_bytes(content)
    with pytest.raises(Misunderstood, match="REPLAYBOOK_GITHUB_APP_KEY"):
        async with open_github.open_client(app, world.clock) as client:
            await client.there("/rate_limit", Phrase("limits"))


async def test_what_is_not_set_is_named(tmp_path: Path) -> None:
    for settings, name in (
        (GitHubSettings(app_id="1"), "REPLAYBOOK_GITHUB_APP_INSTALLATION"),
        (GitHubSettings(app_id="1", app_installation="2"), "REPLAYBOOK_GITHUB_APP_KEY"),
        (GitHubSettings(app_id="1", app_installation="2", app_key=tmp_path / "none"), "can’t be read"),
        (GitHubSettings(), "REPLAYBOOK_GITHUB_TOKEN"),
    ):
        with pytest.raises(Misunderstood, match=name):
            async with open_github.open_client(settings, system_clock):
                pass


def test_without_the_extra_a_token_still_works_and_an_app_is_told_its_name() -> None:
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "import bot.providers.github.open_github\n"
        "from datetime import datetime, UTC\n"
        "from bot.providers.github.github_auth import app_jwt\n"
        "from bot.kernel.errors import Misunderstood\n"
        "try: app_jwt('1', b'', datetime(2026, 1, 1, tzinfo=UTC))\n"
        "except Misunderstood as error: print(error.sentence)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "“github-app”" in done.stdout
