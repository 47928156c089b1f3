"""What the two edges share: the ports of every room in one place, and the record of a question asked in a channel.

Handlers (from Slack) and jobs (from the queue) both work at this desk. It knows the rooms' ports and the runtime, and
neither of the edges nor a concrete provider.
"""
