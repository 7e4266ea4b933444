// The engines that somebody chose: kept in the address, and on the device. None chosen means all.
const KEPT = "archtrack engines";
const byEngine = new Map(columns.map((column) => [column.name, column]));
const onlyKnown = (names) => [...new Set(names)].filter((name) => byEngine.has(name));
let chosen = kept();

function kept() {
  try {
    return onlyKnown((localStorage.getItem(KEPT) || "").split(","));
  } catch {
    return []; // a browser may keep nothing of a file
  }
}
function choose(names) {
  chosen = onlyKnown(names);
  try {
    localStorage.setItem(KEPT, chosen.join(","));
  } catch {
    // As above.
  }
}
// An engine by its name or title, however it is written.
const engineCalled = (words) => engines.find((engine) => [engine.name, engine.title].some((each) => plain(each) === plain(words)));
// Where nothing is chosen, a plugin speaks where it has something to say.
const shownIn = (found) => columns.filter((column, at) => (chosen.length ? chosen.includes(column.name) : !column.empty || found[at].spans.length));
const gridColumns = () => columns.filter((column) => (chosen.length ? chosen.includes(column.name) : !column.empty));

// A list of boxes, one an engine.
function engineChooser(changed) {
  const box = (column) => {
    const input = make("input", { type: "checkbox", value: column.name, checked: chosen.includes(column.name) });
    input.addEventListener("change", () => {
      choose(columns.map((each) => each.name).filter((name) => (name === column.name ? input.checked : chosen.includes(name))));
      changed();
    });
    return make("label", {}, input, " ", column.title);
  };
  const words = chosen.length ? `Engines: ${listing(chosen.map((name) => byEngine.get(name).title))}` : "Engines: all";
  return make("details", { class: "chooser" }, make("summary", {}, words), make("div", { class: "boxes" }, columns.map(box),
    chosen.length ? button("Show all", () => (choose([]), changed())) : null));
}
