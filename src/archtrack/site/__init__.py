"""The page: what the histories and a document say, as one HTML file that needs no server and no network.

``payload`` makes the value that the page shows, ``tracked`` what a document adds to it, ``build`` the file, ``write``
puts it on disk and ``serve`` shows it while the data changes. ``parts/`` is the page itself.
"""
