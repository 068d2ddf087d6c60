"""Reading auction logs: one reader in each file, and the Parquet logs that all of them become."""
