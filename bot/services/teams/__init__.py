"""What each workspace has of its own: source, tracker, owners, language and retention."""
