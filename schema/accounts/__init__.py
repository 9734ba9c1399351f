"""Signing in and out, who I am, and where I live."""
