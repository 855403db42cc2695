"""Models: the catalogue, the engines that run them, and the LangChain chat model over them."""
