// Addresses. `#/Name` is an architecture: a name is encoded, and has no slash of its own. `#/?q=…` is an answer, and what
// has a second slash is a page: `#/browse/?on=vllm`, `#/engine/vllm`, `#/compare/vllm/sglang`, `#/new/`, `#/paste/`.
const query = (values) => {
  const given = Object.entries(values).filter(([, value]) => value && value.length).map(([key, value]) => [key, Array.isArray(value) ? value.join(",") : value]);
  return given.length ? `?${new URLSearchParams(given)}` : "";
};
const addressOf = {
  start: () => "#/",
  answer: (words, its = []) => `#/${query({ q: words, engines: its })}`,
  architecture: (name) => `#/${encodeURIComponent(name)}`,
  browse: (filters = {}) => `#/browse/${query(filters)}`,
  engine: (name) => `#/engine/${encodeURIComponent(name)}`,
  compare: (one, other) => `#/compare/${[one, other].filter(Boolean).map(encodeURIComponent).join("/")}`,
  news: () => "#/new/",
  paste: () => "#/paste/",
};
function decoded(words) {
  try {
    return decodeURIComponent(words);
  } catch {
    return words;
  }
}
// What an address asks for: {view, name, other, given}.
function asksFor(hash) {
  const [path, ...rest] = hash.replace(/^#\/?/, "").split("?");
  const given = new URLSearchParams(rest.join("?"));
  if (!path) return fromOld(given) || { view: given.get("q") ? "answer" : "start", given };
  const parts = path.split("/");
  if (parts.length === 1) return { view: "architecture", name: decoded(path + (rest.length ? `?${rest.join("?")}` : "")), given };
  const view = { browse: "browse", engine: "engine", compare: "compare", new: "news", paste: "paste" }[parts[0]];
  return view ? { view, name: decoded(parts[1]), other: decoded(parts[2] || ""), given } : { view: "architecture", name: decoded(path), given };
}
// A list as addresses named it once: `#/?engine=sglang&status=native&without=vllm`.
function fromOld(given) {
  if (!["engine", "without", "category", "status", "sort"].some((key) => given.has(key))) return null;
  const names = { q: "q", engine: "on", without: "not", category: "kind" };
  const kept = Object.entries(names).filter(([old]) => given.get(old)).map(([old, now]) => [now, given.get(old)]);
  return { view: "browse", given: new URLSearchParams([...kept, ["all", "1"]]) };
}
