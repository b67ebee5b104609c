"""What scripts/bench.py measures, a module for each section of docs/benchmarks.md. Standard library
only; Linux."""
