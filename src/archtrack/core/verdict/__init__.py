"""What an engine does with a checkpoint: the gates in its order, and the evidence."""
