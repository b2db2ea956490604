"""Tests of `analysis`: against R, against its own guards, and on small written-down studies."""
