"""What a clip shows: which moment of which session, and its words."""
