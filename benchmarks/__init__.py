"""Measurements of the installed package, run from the project's folder by ``python -m``."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
