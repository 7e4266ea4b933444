"""archtrack for agents, by the Model Context Protocol: ``archtrack mcp``.

One tool, one file: ``NAME.py`` declares the tool NAME as ``TOOL``. A tool takes arguments and gives data, and knows
nothing of the protocol; ``server.py`` alone speaks it, with the SDK of the extra ``mcp``.
"""
