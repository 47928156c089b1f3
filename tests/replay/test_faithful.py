"""A replayed recording looks like the page that was recorded."""

import numpy as np
import pytest

from tests.replay.faithful import FOLDERS, compared, differing

UNSEEN = {"scrolled", "narrow", "checkout", "after-pay"}  # nothing there that the SDK doesn't record


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
async def test_replays_of_datadog_recordings_look_like_the_real_page(folder):
    found = {one.name: one.share for one in await compared(folder)}
    assert len(found) == 11
    assert {name: share for name, share in found.items() if share > 0.001} == {}
    assert {name: found[name] for name in UNSEEN if found[name]} == {}


def test_what_differs_visibly_is_counted_and_what_is_left_out_is_not():
    one = np.zeros((10, 10, 3), np.uint8)
    other = one.copy()
    other[2:4, 0:5] = (0, 41, 0)
    other[9, 9] = 40
    assert differing(one, other, []) == 0.1
    assert differing(one, other, [[0, 2, 1.5, 3.5]]) == pytest.approx(0.06)
    assert differing(one, other[:5], []) == 1.0
