"""What people download: the models of a dump of the Hub, counted by architecture.

``dumps`` counts them, ``saved`` keeps a census as a file. ``archtrack.app.demand`` holds one against an engine.
"""
