"""A test has one name in all processes of a run, which refuse to work together otherwise; long files begin first."""

from __future__ import annotations

import gzip

import pytest

from tests.conftest import HERE, LONGEST_FIRST


def test_packed_bytes_are_named_alike_whenever_they_were_packed(pytestconfig: pytest.Config) -> None:
    packed = [gzip.compress(b"title=T", mtime=second) for second in (1_700_000_000, 1_700_000_001)]
    hook = pytestconfig.hook.pytest_make_parametrize_id
    first, second = (hook(config=pytestconfig, val=it, argname="body") for it in packed)
    assert first == second == "body-of-27-bytes"


def test_bytes_that_can_be_read_stay_readable(pytestconfig: pytest.Config) -> None:
    hook = pytestconfig.hook.pytest_make_parametrize_id
    assert hook(config=pytestconfig, val=b"title=T", argname="body") is None


def test_files_that_are_to_begin_first_are_there() -> None:
    assert [name for name in LONGEST_FIRST if not (HERE / name).exists()] == []
