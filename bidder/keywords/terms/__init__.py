"""Search terms and texts: suggestions for a human."""
