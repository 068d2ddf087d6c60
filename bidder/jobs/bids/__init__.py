"""The nightly bid job: propose, show, approve, export, confirm, roll back; and all of it in one go."""
