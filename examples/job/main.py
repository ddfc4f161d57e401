"""Runs the jobs one after another, which is what the image does if the Batch job has no command of its own.

    python main.py          daily_summary, daily_features, train_model
    python main.py --help   this text

The first job that fails ends it, and that job's exit code becomes its own. The jobs take their arguments from the
environment (SANDERS_BUCKET, SANDERS_TABLE); `python jobs/NAME.py --help` says what each does.
"""

import argparse
import subprocess
import sys
from pathlib import Path

JOBS = ("daily_summary", "daily_features", "train_model")


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    for job in JOBS:
        print(f"{job}:", file=sys.stderr, flush=True)
        done = subprocess.run([sys.executable, Path(__file__).parent / "jobs" / f"{job}.py"])
        if done.returncode:
            print(f"{job} failed with exit code {done.returncode}; nothing after it was run", file=sys.stderr)
            return done.returncode if done.returncode > 0 else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
