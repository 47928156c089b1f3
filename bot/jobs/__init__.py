"""What the queue triggers, one file per job: the twin of handlers/."""
