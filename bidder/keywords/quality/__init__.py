"""Quality scores: what a change of them does to prices, and what an unknown one is taken for."""
