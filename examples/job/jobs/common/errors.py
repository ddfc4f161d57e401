"""Errors that whoever runs a job can do something about."""

MOST_REPORTED = 20


class JobError(Exception):
    """The job cannot do its work. The text says what is wrong, where, and what to do or what is allowed."""


class Mistakes:
    """What is wrong with the data: the number of mistakes, and the first MOST_REPORTED of them."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[str] = []

    def add(self, mistake: str) -> None:
        self.count += 1
        if len(self.first) < MOST_REPORTED:
            self.first.append(mistake)


class BadData(JobError):
    """The customers' data has mistakes, each with its place."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        more = mistakes.count - len(mistakes.first)
        lines = [f"mistakes in the data: {mistakes.count:,}; nothing was written", *mistakes.first]
        super().__init__("\n".join([*lines, f"… and {more:,} more"] if more else lines))
