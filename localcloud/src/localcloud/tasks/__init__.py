"""Cloud Tasks: queues, named tasks, retries, rate and concurrency limits."""
