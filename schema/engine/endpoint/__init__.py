"""The doors of the engine: HTTP, server-sent events and WebSocket, all on one path."""
