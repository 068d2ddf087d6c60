"""Files in and out: YAML with positions, tables with row numbers, atomic writes."""
