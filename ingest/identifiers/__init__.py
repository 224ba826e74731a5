"""Order numbers, ASINs, shipments and the rest: found in any text by one table of kinds."""
