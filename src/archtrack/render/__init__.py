"""What archtrack prints: Markdown, terminal, JSON."""
