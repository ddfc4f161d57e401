"""AWS Batch, in full: compute environments, job queues, job definitions, jobs, scheduling policies, tags."""
