"""Run history and audit trail in a database: what was proposed, approved, exported and confirmed."""
