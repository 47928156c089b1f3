"""HTTP that the bot itself serves: notebooks, intake, health, metrics."""
