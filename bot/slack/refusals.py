"""What people read when Slack refuses something for good: why, in their words, and what they can do.

The codes are those of chat.postMessage, chat.update, files.completeUploadExternal, views.open and what they share:
https://docs.slack.dev/reference/methods.
"""

from __future__ import annotations

from bot.kernel.errors import Missing, ReplaybookError, Unauthorized, Upstream
from bot.slack.web_api import SlackRefused

NOT_IN_CHANNEL = (
    "The bot isn’t in this channel, so Slack doesn’t let it post here. Type /invite @Replaybook, then ask again."
)
NOT_SEEN = (
    "Slack doesn’t show this conversation to the bot, so it can’t post here. In a private channel, type"
    " /invite @Replaybook and ask again; elsewhere, write to the bot itself."
)
ARCHIVED = "This channel is archived, so nothing can be posted here any more. Please ask in another channel."
RESTRICTED = (
    "This workspace doesn’t let the bot post here. Please ask in another channel, or have an administrator allow it."
)
SCOPE = (
    "The bot lacks a permission in this workspace, so Slack refused it. Whoever runs the bot sees with"
    " replaybook doctor which one is missing."
)
KEY = "Slack doesn’t accept the bot’s key any more. Whoever runs the bot has to give it a valid one; then ask again."
INSTALL = (
    "The bot isn’t installed in this workspace, or not any more. An administrator can install it; then please ask"
    " again."
)
TOO_LONG = "This is longer than Slack takes. Please ask for less: a shorter period, or fewer groups."
MALFORMED = "Slack refused the message as it is, which is a fault of the bot. Please quote the reference."
STORAGE = (
    "The workspace has no room left for files, so Slack refused this one. An administrator can make room; then please"
    " try again."
)
FILES = "This workspace doesn’t let the bot share this file here. An administrator can allow it."
GONE = "The message that this belongs to is gone or can’t be changed any more. Please ask again."
PERSON = "Slack doesn’t let the bot write to this person."
TOO_LATE = "That took too long for Slack to open a form; please press again."
AGAIN = "Slack failed at this time and again. Please try again in a few minutes."
OTHER = "Slack refused this (%(code)s). Please quote the reference when you report it."
DELAYED = (
    "Slack makes the bot wait, so this takes longer than usual. It isn’t lost, and comes as soon as Slack takes it."
)

CODES: dict[str, tuple[str, ...]] = {
    NOT_IN_CHANNEL: (
        "bot_not_in_channel",
        "not_in_channel",
        "user_not_in_channel",
    ),
    NOT_SEEN: (
        "channel_not_found",
        "channel_type_not_supported",
        "method_not_supported_for_channel_type",
    ),
    ARCHIVED: (
        "channel_is_archived",
        "is_archived",
        "is_inactive",
    ),
    RESTRICTED: (
        "access_denied",
        "accesslimited",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "no_permission",
        "not_allowed",
        "org_login_required",
        "post_contents_deny_list",
        "posting_to_channel_denied",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "team_access_not_granted",
    ),
    SCOPE: (
        "invalid_scopes",
        "missing_scope",
        "no_scopes",
        "not_allowed_token_type",
    ),
    KEY: (
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "team_disabled",
        "team_not_found",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
        "user_is_bot",
    ),
    INSTALL: (
        "app_uninstalled",
        "not_installed",
    ),
    TOO_LONG: (
        "message_too_long",
        "msg_blocks_too_long",
        "msg_too_long",
        "view_too_large",
    ),
    MALFORMED: (
        "attachment_payload_limit_exceeded",
        "duplicate_external_id",
        "hash_conflict",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_charset",
        "invalid_form_data",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "markdown_text_conflict",
        "metadata_too_large",
        "no_text",
        "push_limit_reached",
        "too_many_attachments",
    ),
    STORAGE: (
        "file_storage_limit_reached",
        "over_file_limit",
        "storage_limit_reached",
    ),
    FILES: (
        "blocked_file_type",
        "file_deleted",
        "file_not_found",
        "file_size_limit_exceeded",
        "file_update_failed",
        "file_upload_size_restricted",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "invalid_slack_file",
        "malware_detected",
        "slack_connect_blocked_file_type",
        "slack_connect_file_link_sharing_blocked",
        "slack_connect_file_upload_sharing_blocked",
        "upload_failed",
    ),
    GONE: (
        "cannot_reply_to_message",
        "cant_broadcast_message",
        "cant_reply_to_message",
        "cant_update_message",
        "edit_window_closed",
        "is_tombstone",
        "message_not_found",
        "thread_not_found",
        "update_failed",
    ),
    PERSON: (
        "cannot_dm_bot",
        "messages_tab_disabled",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    ),
    TOO_LATE: (
        "exchanged_trigger_id",
        "expired_trigger_id",
        "invalid_trigger_id",
        "trigger_expired",
    ),
}
SENTENCES = {code: sentence for sentence, codes in CODES.items() for code in codes}
MORE = (AGAIN, OTHER, DELAYED)


def code_of(error: BaseException) -> str:
    """Returns Slack's word for what it refused; empty for any other error."""
    return str(error.values.get("code", "")) if isinstance(error, SlackRefused | Unauthorized) else ""


def in_words(error: ReplaybookError) -> ReplaybookError:
    """Returns what whoever waits can do about it. An error that isn't Slack's keeps its sentence."""
    if code := code_of(error):
        return Missing(SENTENCES.get(code, OTHER), code=code)
    return Missing(AGAIN) if isinstance(error, Upstream) else error
