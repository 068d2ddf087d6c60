"""Reading auction logs: one reader in each file, and the Parquet logs that all of them become."""

from bidder.files.auction_logs.opening import OpenedLog, open_log

__all__ = ["OpenedLog", "open_log"]
