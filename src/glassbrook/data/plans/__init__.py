"""What datasets are made of: one immutable description per kind of source and transformation.

A plan knows its element spec and cardinality, and starts a new stream of blocks for each
iteration. `Dataset` is the public face of a plan.
"""
