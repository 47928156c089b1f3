"""On a busy machine the bot beside a test waits as long as the Slack that it talks to."""

from __future__ import annotations

from tests.handlers.house import WAIT_S
from tests.handlers.patience import LIMITS


def test_no_limit_of_the_bot_is_below_that_of_the_tests_slack() -> None:
    assert {name: getattr(module, name) for module, name in LIMITS if getattr(module, name) < WAIT_S} == {}
