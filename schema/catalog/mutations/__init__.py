"""What is done with the catalogue: by staff alone."""

from schema.catalog.mutations.keeping import CatalogMutation as CatalogMutation
