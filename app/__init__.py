"""What Pintuan does: one folder per capability. Start reading at app/README.md."""
