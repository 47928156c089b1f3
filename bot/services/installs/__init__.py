"""What follows from where the bot is installed and invited."""
