// Addresses. `#/Name` is an architecture: a name is encoded, and has no slash of its own. `#/?q=…` is an answer, and what
// has a second slash is a page: `#/browse/?on=vllm`, `#/engine/vllm`, `#/compare/vllm/sglang`, `#/new/`, `#/paste/`,
// `#/given/` (the answer for what was pasted last, which has no address of its own).
const query = (values) => {
  const given = Object.entries(values).filter(([, value]) => value && value.length).map(([key, value]) => [key, Array.isArray(value) ? value.join(",") : value]);
  return given.length ? `?${new URLSearchParams(given)}` : "";
};
const addressOf = {
  start: () => "#/",
  answer: (words, its = [], at = 0) => `#/${query({ q: words, engines: its, result: at ? String(at + 1) : "" })}`,
  architecture: (name) => `#/${encodeURIComponent(name)}`,
  browse: (filters = {}) => `#/browse/${query(filters)}`,
  engine: (name) => `#/engine/${encodeURIComponent(name)}`,
  compare: (one, other) => `#/compare/${[one, other].filter(Boolean).map(encodeURIComponent).join("/")}`,
  news: () => "#/new/",
  paste: () => "#/paste/",
  given: () => "#/given/",
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
  const views = { browse: "browse", engine: "engine", compare: "compare", new: "news", paste: "paste", given: "given" };
  const view = Object.hasOwn(views, parts[0]) ? views[parts[0]] : null;
  return view ? { view, name: decoded(parts[1]), other: decoded(parts[2] || ""), given } : { view: "architecture", name: decoded(path), given };
}
// A list as addresses named it once: `#/?engine=sglang&status=native&without=vllm`.
function fromOld(given) {
  if (!["engine", "without", "category", "status", "sort"].some((key) => given.has(key))) return null;
  const names = { q: "q", engine: "on", without: "not", category: "kind" };
  const kept = Object.entries(names).filter(([old]) => given.get(old)).map(([old, now]) => [now, given.get(old)]);
  return { view: "browse", given: new URLSearchParams([...kept, ["all", "1"]]) };
}
