"""The page: one static file that shows the support history, and answers in the browser."""
