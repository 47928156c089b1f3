"""Who may see a page of the bot's own web server, and who they are."""
