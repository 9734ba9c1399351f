"""GraphQL: one folder per capability, and `engine`, which runs the operations."""
