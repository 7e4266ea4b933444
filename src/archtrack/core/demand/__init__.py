"""What people download: a census of models, and the architectures ranked by it."""
