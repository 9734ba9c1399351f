"""GraphQL over WebSocket: the graphql-transport-ws protocol, any number of operations on one socket."""
