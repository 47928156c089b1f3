"""Where files are kept is a setting: what it may say, and what is refused without its text being shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.files.file_areas import file_areas
from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Settings
from tests.bucket_server import KEY, SECRET
from tests.files.test_file_faults import settings_for


@pytest.mark.parametrize(
    "place",
    [
        *(
            "s3:",
            "s3://",
            "s3:bucket",
            "s3:///prefix",
            "s3://b",
            "s3://Bad Bucket!/x",
            "s3://bucket/../x",
            "s3://bucket/a//b",
        ),
        *(
            "s3://bucket/.x",
            "s3://bucket/a?b=c",
            "s3://bucket/a#b",
            "gs://bucket",
            "https://bucket",
            "file://host/x",
            "bucket",
        ),
        *(f"s3://{KEY}:{SECRET}@bucket/prefix", f"s3://{SECRET}@bucket"),
    ],
)
def test_a_place_that_there_cannot_be_is_refused_without_its_text(place: str) -> None:
    with pytest.raises(Misunderstood) as refused:
        file_areas(settings_for(None, files=place))
    assert "REPLAYBOOK_FILES" in refused.value.sentence
    assert SECRET not in refused.value.sentence


@pytest.mark.parametrize("address", ["ftp://host", "host:9000", f"https://{KEY}:{SECRET}@host", "//host"])
def test_an_address_that_there_cannot_be_is_refused_without_its_text(address: str) -> None:
    with pytest.raises(Misunderstood, match="AWS_ENDPOINT_URL") as refused:
        file_areas(settings_for(address))
    assert SECRET not in refused.value.sentence


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "bot.files.bucket_store", None)
    with pytest.raises(Misunderstood, match="“s3”"):
        file_areas(settings_for(None))


@pytest.mark.parametrize(
    ("place", "folder"),
    [("file:", "data/rum/segments"), ("file:other", "other/rum/segments"), ("file:/srv/x", "/srv/x/rum/segments")],
)
def test_a_folder_is_where_it_always_was_or_where_the_setting_says(place: str, folder: str) -> None:
    areas = file_areas(Settings(data=Path("data"), files=place))
    assert areas.segments.place == folder
    assert areas.pictures.place == folder.replace("rum/segments", "files")


def test_keys_are_secrets_of_the_settings() -> None:
    settings = Settings.from_env(
        {
            "REPLAYBOOK_FILES": "s3://bucket/prefix",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_SESSION_TOKEN": "token-of-the-tests",
        }
    )
    assert {KEY, SECRET, "token-of-the-tests"} <= set(settings.secrets)
    assert not any(secret in repr(settings) for secret in (SECRET, "token-of-the-tests"))
