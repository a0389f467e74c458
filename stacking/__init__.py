"""Meta-models and blends over out-of-fold probabilities, the choice among them, and submissions."""

import os

# LightGBM's threads meet thousands of times a second. By default they wait for each other in loops, and where another
# process, a training say, holds one of their cores, all the others burn theirs. OpenMP reads this when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
