"""What a clip shows and says: which moment of which session, and its words."""
