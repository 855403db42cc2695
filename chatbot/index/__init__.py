"""Embeddings, the index on disk and the retriever over it."""
