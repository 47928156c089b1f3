"""What the bot knows and can do. One room for each step of the journey: signals, replay, notebook, backlog."""
