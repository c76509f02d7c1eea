"""How fast the pages are on a full portal: `make bench`; docs/benchmarks.md tells what came out."""
