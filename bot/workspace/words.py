"""Every text of the page's scripts; `templates/locales/*/workspace.po` has them in other languages."""

WORDS: tuple[str, ...] = ("Send",)
