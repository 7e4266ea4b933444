"""Sources on the package index: releases, read by ranges where the index allows that."""
