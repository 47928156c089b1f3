"""Confluence Cloud's stand-in: spaces, pages with versions, attachments, and pages that show them.

It refuses what Confluence refuses (a title twice in a space, a version that isn't the next, storage format that is no
XML, uploads without X-Atlassian-Token) and, stricter, whatever it doesn't know.
"""
