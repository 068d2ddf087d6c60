"""What a night may never do: guardrails on single bids, and checks that stop the whole account."""
