"""Rules for STS."""
