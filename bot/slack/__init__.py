"""All that speaks Slack: clients, what comes in, what goes out, who people are."""
