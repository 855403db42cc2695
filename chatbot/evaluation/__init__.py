"""How good retrieval, answers and refusals are, on labelled cases."""
