"""Everything sent to Slack goes through here: in order, once, patiently. See docs/decisions/0003-outbox.md."""

from bot.slack.outbox.outbox import Outbox
from bot.slack.outbox.uploads import UploadFile, address

__all__ = ["Outbox", "UploadFile", "address"]
