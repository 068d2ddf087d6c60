"""What an experiment may say, and what is made of its results: sweeps, tuning, comparisons, drift."""
