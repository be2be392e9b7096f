"""A run of the stand-in model as a program of its own, to be interrupted or run elsewhere.

usage: python tests/e2e/fake_program.py RESULTS WORKERS SECONDS_PER_TASK REPLICATIONS
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from orgsim.experiment.run import run_point
from orgsim.report.console import Terminal
from tests.unit import fake_model

if __name__ == "__main__":
    # Tests that a shell runs in the background are born deaf to Ctrl-C, and so would this be.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    results, workers, seconds, replications = sys.argv[1:]
    try:
        run_point(
            fake_model.point(
                "nische", replications=int(replications), behaviour={"seconds": float(seconds)}
            ),
            results=Path(results),
            charts=False,
            console=Terminal(),
            workers=int(workers),
            work=fake_model.work,
        )
    except KeyboardInterrupt:
        sys.exit(130)
