"""Models as people name them: the index of known ids, and the way from a text to one of them."""
