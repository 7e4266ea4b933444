"""The tracking document: what it holds, what in it is out of date, and its next text."""
