"""Which count of an impact is kept: the one of when the source knew more."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from bot.services.postmortems import write_facts
from tests.notebook.test_drafted_summary import IMPACT


def test_a_count_is_kept_only_where_the_source_has_deleted_some_of_it_since() -> None:
    """On the first day of which there are data a person may say that it began before them."""
    young = replace(IMPACT, kept_from=IMPACT.start + timedelta(minutes=5))
    tidied = replace(IMPACT, kept_from=IMPACT.start + timedelta(hours=2))
    assert not write_facts._forgotten(young, young)
    assert not write_facts._forgotten(IMPACT, young)
    assert write_facts._forgotten(tidied, young)
    assert write_facts._forgotten(young, IMPACT)
