"""Step Functions: state machines, what they run, and their tags."""
