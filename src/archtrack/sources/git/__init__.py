"""Sources in git: a commit, tag or branch, read as blobs without a checkout."""
