"""Which two sessions stand side by side before and after a fix: what differs should be the fix."""

from __future__ import annotations

from bot.services.clips.before_and_after import comparable
from bot.services.clips.choose_clip import FALLBACKS
from tests.replay.test_choice import moment

BEFORE = [
    moment("phone 1", device="Mobile"),
    moment("phone 2", device="Mobile"),
    moment("desk 1", device="Desktop"),
    moment("desk 2", device="Desktop"),
]


def test_the_most_typical_session_on_a_kind_of_device_that_was_used_since_comes_first() -> None:
    first, second, *_ = comparable(BEFORE, [moment("after", device="desktop")])
    assert (first.session_id, second.session_id) == ("desk 1", "desk 2")
    assert comparable(BEFORE, [moment("after", device="Mobile")])[0].session_id == "phone 1"


def test_where_nobody_used_such_a_device_since_it_is_the_most_typical_of_all() -> None:
    assert comparable(BEFORE, [moment("after", device="Tablet")])[0].session_id == "phone 1"


def test_a_whole_replay_goes_before_one_on_the_same_kind_of_device() -> None:
    broken = moment("desk 0", device="Desktop", complete=False)
    assert comparable([*BEFORE[:2], broken], [moment("after", device="Desktop")])[0].session_id == "phone 1"


def test_there_are_a_few_spare_ones() -> None:
    many = [moment(f"phone {n}", device="Mobile") for n in range(20)]
    assert len(comparable(many, [moment("after")])) == 1 + FALLBACKS
