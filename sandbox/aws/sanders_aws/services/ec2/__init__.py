"""EC2: what depends on what in a network, and what takes time."""
