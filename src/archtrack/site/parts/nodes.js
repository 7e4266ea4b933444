// Elements. Every text goes through here: what a name holds is shown and never run.
const $ = (id) => document.getElementById(id);
function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
const address = (name) => "#/" + encodeURIComponent(name);

// A name that a narrow screen may break between its words.
const breakable = (name) => name.split(/(?<=[a-z0-9])(?=[A-Z])/).flatMap((part, at) => (at ? [make("wbr"), part] : [part]));

// A link that leaves the page, only to where a browser cannot be made to run anything.
function outward(to, shown) {
  return /^https:\/\//.test(to) ? make("a", { href: to, rel: "noreferrer" }, shown) : shown;
}
function onHub(id) {
  return outward(/^[\w.-]+\/[\w.-]+$/.test(id) ? `https://huggingface.co/${id}` : "", id);
}
function atRelease(engine, place, path, line) {
  const shown = line ? `${path}:${line}` : path;
  if (!engine.source || !engine.releases[place][2]) return shown;
  const to = engine.source.replace("{version}", encodeURIComponent(version(engine, place)))
    .replace("{path}", path.split("/").map(encodeURIComponent).join("/"));
  return outward(to + (line ? `#L${line}` : ""), shown);
}
// A sign with its words: never by colour alone, and read aloud as words.
function badge(column, found, shown) {
  return make("span", { class: found.kind, title: `${column.title}: ${spoken(column, found)}${found.because ? ` (${found.because})` : ""}` },
    make("span", { "aria-hidden": "true" }, `${SIGNS[found.kind]} ${shown}`.trim()), make("span", { class: "hidden" }, spoken(column, found)));
}
