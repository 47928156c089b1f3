"""Jira's stand-in: Cloud with REST v3 and documents, or Data Center with REST v2, tokens and wiki text.

What may be sent is what Jira's OpenAPI description of July 2024 names (Apache-2.0), and the search that came after it.
Whatever isn't known here is refused, which is stricter than Jira.
"""
