"""One figure at a time: a metric of a cut and a period, for cells of a sheet."""
