"""What runs a language model: OpenVINO, transformers, or a server elsewhere."""
