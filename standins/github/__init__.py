"""GitHub's stand-in: repositories with issues and comments, pages to move them by hand, and webhooks.

It refuses what GitHub refuses (an unknown token, a wrong version, assignees who may not be, issues that were deleted)
and, stricter, whatever it doesn't know. The API is below /api/v3, as on a GitHub server of one's own.
"""
