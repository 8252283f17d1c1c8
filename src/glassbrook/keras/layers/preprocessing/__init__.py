"""Layers that make numbers of text and categories, and change images before training."""
