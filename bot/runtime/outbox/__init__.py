"""Everything sent to Slack goes through here: in order, once, patiently. See docs/decisions/0003-outbox.md."""

from bot.runtime.outbox.box import Outbox
from bot.runtime.outbox.files import UploadFile, address

__all__ = ["Outbox", "UploadFile", "address"]
