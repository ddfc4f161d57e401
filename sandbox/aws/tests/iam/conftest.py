"""Property tests look at the same cases each time, and take the time that a busy machine needs."""

from hypothesis import settings

settings.register_profile("sanders", derandomize=True, database=None, deadline=None)
settings.load_profile("sanders")
