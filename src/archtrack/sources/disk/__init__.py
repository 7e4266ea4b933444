"""Sources on this machine: folders, and installed packages."""
