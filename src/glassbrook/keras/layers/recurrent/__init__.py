"""Recurrent layers: cells that are applied to one time step after the other."""
