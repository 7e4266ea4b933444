"""The functional core: text and values in, values out; no IO, no clock, no environment."""
