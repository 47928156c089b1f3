"""Who may do what where, and the log of what was done."""
