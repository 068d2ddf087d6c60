"""Reports of advertising platforms: every export becomes batches of the same canonical columns."""
