// Elements. Every text goes through here: what a name holds is shown and never run.
const $ = (id) => document.getElementById(id);
function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
const link = (to, ...children) => make("a", { href: to }, ...children);
function button(words, pressed, attributes = {}) {
  const made = make("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", () => pressed(made));
  return made;
}
function select(attributes, pairs, chosen, changed) {
  const made = make("select", attributes, ...pairs.map(([value, title]) => make("option", { value, selected: value === chosen }, title)));
  made.addEventListener("change", () => changed(made.value));
  // An arrow key opens the list, and does not choose what comes next at once.
  made.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || !made.showPicker) return;
    event.preventDefault();
    made.showPicker();
  });
  return made;
}
const plural = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
// "A, B and C".
const listing = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`);
// A sentence with `code` in it.
const coded = (sentence) => sentence.split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part));
// A name that a narrow screen may break between its words.
const breakable = (name) => name.split(/(?<=[a-z0-9])(?=[A-Z])/).flatMap((part, at) => (at ? [make("wbr"), part] : [part]));
const toArchitecture = (name) => link(addressOf.architecture(name), breakable(name));

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
// A status with its sign: never by colour alone, and read aloud as words.
function mark(column, found) {
  return make("span", { class: `mark ${found.kind}` }, make("span", { "aria-hidden": "true" }, SIGNS[found.kind]), " ", spoken(column, found));
}
// A command with a button that copies it.
function command(words) {
  const told = make("span", { role: "status" });
  return make("div", { class: "command" }, make("code", { tabindex: "0" }, words),
    button("Copy", async () => (told.textContent = await copy(words)), { "aria-label": `Copy: ${words}` }), told);
}
