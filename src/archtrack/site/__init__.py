"""The page: what the histories and a document say, as one HTML file that needs no server and no network.

``page_data`` makes the value that the page shows, ``document`` what a document adds to it, ``page`` the file; ``serve``
shows it while the data changes. ``parts/`` is the page itself.
"""
