"""archtrack for agents, by the Model Context Protocol: ``archtrack mcp``.

One tool, one file: ``NAME.py`` declares the tool NAME, a function with the decorator of ``tool.py``. ``server.py``
serves them. All of it needs the extra ``mcp``.
"""
