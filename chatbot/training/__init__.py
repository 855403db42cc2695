"""From rows to a fine-tuned model: data mixing, LoRA training, export."""
