// Shown by `archtrack site --serve`: the server says when the data has changed.
new EventSource("events").addEventListener("changed", () => location.reload());
