"""Diagrams of graphs and programs; each function stands in a file of its own."""
