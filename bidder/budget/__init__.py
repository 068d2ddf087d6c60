"""Split spend over channels, campaigns and periods, with a certificate."""
