"""What people download: the Hub's models by architecture, from a dump (``dumps``) or its own list (``hub_list``).

``saved`` keeps a census as a file. ``archtrack.demand`` holds one against an engine.
"""
