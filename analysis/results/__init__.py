"""Frames in, flat records out: one module per record of the report."""
