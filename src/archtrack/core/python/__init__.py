"""Reading Python source without importing or running it.

A module is cut down to its skeleton (``skeleton``), parsed once by Python's own parser (``source``), and read as one
tree (``module``). What is plainly written is a value (``values``, ``tables``); whatever else binds or changes a name
(``changes``) makes that name unresolved. ``names`` follows names through imports, ``imports`` says what a module
imports and under which condition, ``mro`` in which order the bases of a class are looked at.
"""
