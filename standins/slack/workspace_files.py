"""Files: their upload addresses, their bytes on disk, and where they were shared."""

from __future__ import annotations

import asyncio
import io
import mimetypes
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import quote

import av
from PIL import Image, UnidentifiedImageError

from standins.slack.message_posting import MessageDraft, post
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam, kind_of

Json = dict[str, Any]
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})  # what Block Kit shows from a file
VIDEO = "video/mp4"  # played in the message that it is shared in, and nowhere else
FRESH: Json = {
    "state": "waiting",
    "mode": "hosted",
    "is_external": False,
    "is_public": False,
    "public_url_shared": False,
    "shares": {},
    "channels": [],
    "groups": [],
    "ims": [],
}
HIDDEN = frozenset({"ticket", "state"})


def begin(team: WorkspaceTeam, user: str, name: str, length: int, alt: str = "") -> Json:
    """Returns a file that waits for its bytes. `ticket` is the secret part of its upload address."""
    safe = Path(name.replace("\\", "/")).name or "file"
    kind = mimetypes.guess_type(safe)[0] or "application/octet-stream"
    created = int(team.config.clock())
    file: Json = {
        "id": f"F{secrets.token_hex(5).upper()}",
        "created": created,
        "timestamp": created,
        "name": safe,
        "title": safe,
        "mimetype": kind,
        "filetype": safe.rpartition(".")[2].lower() if "." in safe else "binary",
        "user": user,
        "size": length,
        "alt_txt": alt,
        "ticket": secrets.token_urlsafe(24),
        **FRESH,
    }
    team.store.put("file", file["id"], file)
    return file


async def receive(team: WorkspaceTeam, ticket: str, data: bytes) -> Json:
    """Stores the bytes. Raises WorkspaceRefused `file_not_found` for an unknown or used address."""
    file = next((f for f in team.store.all("file") if f["state"] == "waiting" and f["ticket"] == ticket), None)
    if file is None:
        raise WorkspaceRefused("file_not_found")
    await asyncio.to_thread(_write, path_of(team, file["id"]), data)
    size = await asyncio.to_thread(_picture_size, data) if file["mimetype"] in PICTURES else None
    file |= {"size": len(data), "state": "uploaded"}
    if size:
        file |= {"original_w": size[0], "original_h": size[1]}
    if file["mimetype"] == VIDEO:
        file |= await asyncio.to_thread(_film, data, first_frame_of(team, file["id"]))
    team.store.put("file", file["id"], file)
    return file


def complete(team: WorkspaceTeam, file_id: str, title: str = "") -> Json:
    file = team.store.get("file", file_id)
    if file is None or file["state"] == "waiting":
        raise WorkspaceRefused("file_not_found")
    file |= {"state": "done", "title": title or file["title"]}
    team.store.put("file", file_id, file)
    return file


def share(team: WorkspaceTeam, channel: Json, user: str, files: list[Json], draft: MessageDraft) -> Json:
    """Posts one message with the files in it, and notes it in their shares."""
    with_files = MessageDraft(
        draft.text, draft.blocks, thread=draft.thread, files=[public(team, file) for file in files]
    )
    message = post(team, channel, user, with_files)
    kind = "public" if kind_of(channel) == "channel" else "private"
    lists = {"channel": "channels", "group": "groups", "im": "ims"}[kind_of(channel)]
    for file in files:
        place = {"ts": message["ts"], "team_id": team.seed.team_id, "share_user_id": user}
        if draft.thread:
            place["thread_ts"] = draft.thread
        file["shares"].setdefault(kind, {}).setdefault(channel["id"], []).append(place)
        file[lists] = sorted({*file[lists], channel["id"]})
        team.store.put("file", file["id"], file)
        details = {"file_id": file["id"], "file": {"id": file["id"]}, "user_id": user, "channel_id": channel["id"]}
        team.notify(channel, {"type": "file_shared", **details})
    return message


def existing(team: WorkspaceTeam, file_id: str) -> Json:
    """Raises WorkspaceRefused `file_not_found`, `file_deleted`."""
    file = team.store.get("file", file_id)
    if file is None or file["state"] == "waiting":
        raise WorkspaceRefused("file_not_found")
    if file["state"] == "deleted":
        raise WorkspaceRefused("file_deleted")
    return file


def picture(team: WorkspaceTeam, slack_file: Json) -> Json | None:
    """Returns the file that an image block names by id or address, if Block Kit would show it."""
    id_, url = slack_file.get("id"), slack_file.get("url")
    for file in team.store.all("file"):
        is_named = file["id"] == id_ or _address(team, file) == url
        if is_named and file["state"] in {"uploaded", "done"}:
            return file if file["mimetype"] in PICTURES else None
    return None


async def delete(team: WorkspaceTeam, file_id: str) -> None:
    file = existing(team, file_id)
    team.store.put("file", file_id, {**file, "state": "deleted"})
    for path in (path_of(team, file_id), first_frame_of(team, file_id)):
        await asyncio.to_thread(path.unlink, missing_ok=True)
    team.feed.publish("file_gone", file=file_id)


def public(team: WorkspaceTeam, file: Json) -> Json:
    """Returns the file as Slack shows it. Its address is made anew: a restarted workspace may have another port."""
    address = _address(team, file)
    urls = {"url_private": address, "url_private_download": f"{address}?download=1", "permalink": address}
    if file.get("media_display_type") == "video":
        urls["thumb_video"] = f"{team.config.root}/files-tmb/{team.seed.team_id}-{file['id']}/thumb_video.jpg"
    return {**{name: value for name, value in file.items() if name not in HIDDEN}, **urls}


def _address(team: WorkspaceTeam, file: Json) -> str:
    return f"{team.config.root}/files-pri/{team.seed.team_id}-{file['id']}/{quote(file['name'])}"


def path_of(team: WorkspaceTeam, file_id: str) -> Path:
    return team.config.folder / "files" / file_id


def first_frame_of(team: WorkspaceTeam, file_id: str) -> Path:
    """Returns where the picture lies that is shown until a video plays, if it is a video."""
    return team.config.folder / "files" / f"{file_id}.jpg"


def _film(data: bytes, first_frame: Path) -> Json:
    """Writes the first frame of a video; returns what Slack tells of it, or nothing of what can't be decoded."""
    try:
        with av.open(io.BytesIO(data), "r") as film:
            frame = next(film.decode(video=0))
            frame.to_image().save(first_frame, "JPEG")  # type: ignore[no-untyped-call]
            length_ms = round((film.duration or 0) * 1000 / av.time_base)
    except (av.FFmpegError, StopIteration, OSError, IndexError):
        return {}
    shape = {"original_w": frame.width, "original_h": frame.height}
    return {**shape, "duration_ms": length_ms, "media_display_type": "video"}


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _picture_size(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None
