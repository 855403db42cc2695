"""The widget for websites: its script, and what it talks to below ``/widget``; see
docs/widget.md."""
