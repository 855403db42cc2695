"""What several tests share: scripted models, servers, and files made for them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
