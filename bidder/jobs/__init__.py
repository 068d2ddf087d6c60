"""What a user asks for, end to end."""
