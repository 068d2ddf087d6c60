"""What prices tell: their distribution, what a bid would win, and the best that could have been done."""
