"""The scenes. Each raises NotAsTold where the shop does otherwise, and needs nothing of the others."""
