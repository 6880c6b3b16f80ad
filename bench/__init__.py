"""Benchmarks, and what things cost."""
