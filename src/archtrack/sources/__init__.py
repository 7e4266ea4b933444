"""Trees of source: a folder, an installed package, a release on the package index, a git reference."""
