"""Settings of all tests."""

import os

from hypothesis import settings

# The same examples every time, so that a change is never blamed for luck; HYPOTHESIS_PROFILE=explore
# looks at new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
