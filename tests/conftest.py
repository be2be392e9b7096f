"""What every test shares: reproducible Hypothesis examples, and no picture on a screen."""

import os

import hypothesis

# A chart is drawn to a file also where the machine has a screen.
os.environ.setdefault("MPLBACKEND", "Agg")

# Derandomised: a failure on one machine is a failure on all. No deadline: how long an example takes
# says more about the neighbours on the machine than about the code.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
