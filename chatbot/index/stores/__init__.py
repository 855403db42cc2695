"""Where vectors are searched: FAISS in this process, or a store elsewhere."""
