"""Files: the two-step upload, pictures in blocks, and who may read the bytes."""

from __future__ import annotations

import io
from typing import Any

import aiohttp
import numpy as np
import pytest
from PIL import Image
from slack_sdk.errors import SlackApiError

from bot.replay.encode.mp4 import mp4
from tests.standins.slack.house import INCIDENT, MINA, TOKEN, House

Json = dict[str, Any]
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def gif(width: int = 40) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, 20), "red").save(out, "GIF")
    return out.getvalue()


def video() -> bytes:
    """A second and a half of green, 64 x 32 px."""
    page = np.full((32, 64), 0x00FF00, np.uint32)
    return mp4([(page, 500), (None, 1_000)])[0]


def picture(file_id: str) -> list[Json]:
    return [{"type": "image", "slack_file": {"id": file_id}, "alt_text": "A clip"}]


async def test_a_clip_is_uploaded_without_a_channel_and_shown_in_a_message(house: House) -> None:
    sent = await house.client.files_upload_v2(filename="clip.gif", content=gif(), title="The moment", alt_txt="A clip")
    file = (await house.client.files_info(file=sent["file"]["id"]))["file"]
    assert (file["mimetype"], file["original_w"], file["shares"]) == ("image/gif", 40, {})
    posted = await house.client.chat_postMessage(channel=INCIDENT, text="Clip", blocks=picture(file["id"]))
    assert posted["message"]["blocks"][0]["slack_file"] == {"id": file["id"]}
    got = await house.session.get(file["url_private"], headers=BEARER)
    assert (await got.read(), got.headers["Content-Type"]) == (gif(), "image/gif")


async def test_a_file_shared_in_a_thread_knows_where_it_is(house: House) -> None:
    parent = (await house.say("Parent"))["ts"]
    sent = await house.client.files_upload_v2(
        filename="clip.gif", content=gif(), channel=INCIDENT, thread_ts=parent, initial_comment="Look"
    )
    [share] = (await house.client.files_info(file=sent["file"]["id"]))["file"]["shares"]["public"][INCIDENT]
    replies = (await house.client.conversations_replies(channel=INCIDENT, ts=parent))["messages"]
    assert (replies[1]["ts"], replies[1]["text"]) == (share["ts"], "Look")
    assert [file["id"] for file in replies[1]["files"]] == [sent["file"]["id"]]


async def test_a_video_that_is_shared_has_its_first_frame_and_its_length(house: House) -> None:
    sent = await house.client.files_upload_v2(
        filename="clip.mp4", content=video(), channel=INCIDENT, title="The moment"
    )
    [message] = [each for each in await house.messages() if each.get("files")]
    [file] = message["files"]
    assert file["id"] == sent["file"]["id"]
    facts = (file["mimetype"], file["media_display_type"], file["original_w"], file["original_h"], file["duration_ms"])
    assert facts == ("video/mp4", "video", 64, 32, 1_500)
    got = await house.session.get(file["url_private"], headers={**BEARER, "Range": "bytes=4-7"})
    assert (got.status, got.headers["Content-Type"], await got.read()) == (206, "video/mp4", b"ftyp")
    first = await house.session.get(file["thumb_video"], headers=BEARER)
    with Image.open(io.BytesIO(await first.read())) as frame:
        assert (frame.format, frame.size) == ("JPEG", (64, 32))
    assert (await house.session.get(file["thumb_video"])).status == 403
    await house.client.files_delete(file=file["id"])
    assert (await house.session.get(file["thumb_video"], headers=BEARER)).status == 404


async def test_a_video_that_cannot_be_decoded_is_a_file_like_any_other(house: House) -> None:
    await house.client.files_upload_v2(filename="clip.mp4", content=b"no video", channel=INCIDENT)
    [message] = [each for each in await house.messages() if each.get("files")]
    assert "media_display_type" not in message["files"][0]


@pytest.mark.parametrize("file_id", ["F0NOWHERE", "a text file", "a video"])
async def test_a_block_with_a_file_that_is_no_picture_is_refused(house: House, file_id: str) -> None:
    if file_id == "a text file":
        file_id = (await house.client.files_upload_v2(filename="a.txt", content="words"))["file"]["id"]
    if file_id == "a video":
        file_id = (await house.client.files_upload_v2(filename="a.mp4", content=video()))["file"]["id"]
    with pytest.raises(SlackApiError) as error:
        await house.client.chat_postMessage(channel=INCIDENT, text="x", blocks=picture(file_id))
    assert error.value.response["error"] == "invalid_blocks"
    assert "invalid slack file" in error.value.response["response_metadata"]["messages"][0]


async def test_bytes_are_for_the_bot_and_the_page_alone(house: House) -> None:
    file = (await house.client.files_upload_v2(filename="clip.gif", content=gif()))["file"]
    address = (await house.client.files_info(file=file["id"]))["file"]["url_private"]
    assert (await house.session.get(address)).status == 403
    assert (await house.session.get(address, headers={"Authorization": "Bearer other"})).status == 403
    cookie = (await house.session.get(house.config.root)).cookies["workspace"].value
    assert (await house.session.get(address, headers={"Cookie": f"workspace={cookie}"})).status == 200


async def test_a_page_that_somebody_uploads_is_never_served_as_a_page(house: House) -> None:
    content = b"<script>alert(1)</script>"
    file = (await house.client.files_upload_v2(filename="evil.html", content=content))["file"]
    address = (await house.client.files_info(file=file["id"]))["file"]["url_private"]
    got = await house.session.get(address, headers=BEARER)
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"] == "attachment"


async def test_a_person_shares_a_file_and_the_bot_hears_of_it(house: House) -> None:
    form = aiohttp.FormData({"user": MINA.id, "channel": INCIDENT, "text": "A screenshot"})
    form.add_field("file", gif(), filename="shot.gif", content_type="image/gif")
    answer = await (await house.session.post(f"{house.config.root}/_page/upload", data=form)).json()
    message = next(m for m in await house.messages() if m["ts"] == answer["ts"])
    assert (message["text"], message["files"][0]["name"]) == ("A screenshot", "shot.gif")


async def test_a_name_is_never_a_path(house: House) -> None:
    begun = await house.client.files_getUploadURLExternal(filename="../..\\etc/passwd.gif", length=9)
    await house.session.post(begun["upload_url"], data=b"not a gif")
    done = await house.client.files_completeUploadExternal(files=[{"id": begun["file_id"]}])
    assert (done["files"][0]["name"], "original_w" in done["files"][0]) == ("passwd.gif", False)


async def test_a_deleted_file_is_gone(house: House) -> None:
    file = (await house.client.files_upload_v2(filename="clip.gif", content=gif()))["file"]
    await house.client.files_delete(file=file["id"])
    with pytest.raises(SlackApiError) as error:
        await house.client.files_info(file=file["id"])
    assert error.value.response["error"] == "file_deleted"
