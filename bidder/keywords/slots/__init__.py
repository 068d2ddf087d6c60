"""Hours of the week: how much a click is worth in them, and the schedule made of that."""
