"""One file for each scenario; see `bench.catalogue`."""
