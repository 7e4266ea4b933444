"""The releases of an engine and the spans in which something holds: values, data file, checks."""
