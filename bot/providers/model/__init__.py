"""Any OpenAI-compatible model, for readings of questions that weren't understood. Not used unless it is configured."""
