"""The queue of slow work: jobs, the queue, workers."""
