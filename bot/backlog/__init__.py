"""The answer: turns a request to an owner into an acknowledgement and a ticket."""
