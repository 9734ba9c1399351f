"""What is done in live rooms: each of these is one transaction."""
