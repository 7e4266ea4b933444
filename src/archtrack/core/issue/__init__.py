"""The document as an issue on GitHub, cut into parts that fit into one."""
