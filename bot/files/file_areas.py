"""Which engine keeps the files: folders, or a bucket, as REPLAYBOOK_FILES says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.files.file_store import FileStore
from bot.files.folder_store import FolderStore
from bot.kernel.errors import Misunderstood
from bot.kernel.extras import missing_extra
from bot.kernel.settings import Settings, variable

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
_PREFIX = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9._-]*(/(?!$)|$))*")


@dataclass(frozen=True, slots=True)
class FileAreas:
    """The areas, each with keys of its own: pieces of recordings; clips and pictures; what waits to be sent on."""

    segments: FileStore
    pictures: FileStore
    forwarded: FileStore

    @property
    def by_name(self) -> Mapping[str, FileStore]:
        """The areas by the names of their folders in a bucket."""
        return {"segments": self.segments, "files": self.pictures, "tee": self.forwarded}


def file_areas(settings: Settings) -> FileAreas:
    """Returns the areas in the place that the settings choose, without asking it anything.

    Raises Misunderstood for a place that there can't be, and where the package for buckets isn't installed.
    """
    kind, _, path = settings.files.partition(":")
    if kind == "file" and "//" not in path:
        return _folders(Path(path) if path else settings.data)
    place = urlsplit(settings.files)
    if kind != "s3" or place.query or place.fragment:
        raise Misunderstood(
            "%(variable)s must be `file:`, `file:/path` or `s3://bucket/prefix`.", variable=variable("files")
        )
    if "@" in place.netloc:
        raise Misunderstood(
            "%(variable)s must hold no keys; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            variable=variable("files"),
        )
    prefix = place.path.strip("/")
    if not (_BUCKET.fullmatch(place.netloc) and _PREFIX.fullmatch(prefix)):
        raise Misunderstood(
            "%(variable)s names no bucket and prefix: they have letters, digits, `.`, `_` and `-`.",
            variable=variable("files"),
        )
    return _bucket(settings, place.netloc, prefix)


def _folders(root: Path) -> FileAreas:
    # What waits to be sent on need not outlive the machine: it is written quickly.
    return FileAreas(
        FolderStore(root / "rum" / "segments"), FolderStore(root / "files"), FolderStore(root / "tee", sync=False)
    )


def _bucket(settings: Settings, bucket: str, prefix: str) -> FileAreas:
    try:
        from bot.files.bucket_store import BucketStore, opened_bucket  # noqa: PLC0415 - an extra that few install
    except ImportError:
        raise missing_extra("s3", variable("files")) from None
    client, place = opened_bucket(settings, bucket, prefix), f"s3://{bucket}/{prefix}".rstrip("/")
    segments, pictures, forwarded = (BucketStore(client, area, place) for area in ("segments", "files", "tee"))
    return FileAreas(segments, pictures, forwarded)
