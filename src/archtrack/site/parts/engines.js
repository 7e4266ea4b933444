// The engines that somebody chose: kept in the address, and on the device. None chosen means all.
const KEPT = "archtrack engines";
const byEngine = new Map(columns.map((column) => [column.name, column]));
const onlyKnown = (names) => [...new Set(names)].filter((name) => byEngine.has(name));
let chosen = kept(), choseHere = false, unfoldedChooser = false;

function kept() {
  try {
    return onlyKnown((localStorage.getItem(KEPT) || "").split(","));
  } catch {
    return []; // a browser may keep nothing of a file
  }
}
function choose(names) {
  chosen = onlyKnown(names);
  choseHere = true;
  try {
    localStorage.setItem(KEPT, chosen.join(","));
  } catch {
    // As above.
  }
}
// The engines that a text names, by name or title or the beginning of it ("mlx"), however it is written.
function enginesCalled(words) {
  const asked = plain(words), called = (fits) => engines.filter((engine) => [engine.name, engine.title].some((each) => fits(plain(each))));
  const itself = called((each) => each === asked);
  return itself.length || asked.length < 3 ? itself : called((each) => each.startsWith(asked));
}
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
      const again = document.querySelector(`.chooser input[value="${CSS.escape(column.name)}"]`); // what was chosen has drawn it again
      if (again) again.focus();
    });
    return make("label", {}, input, " ", column.title);
  };
  const words = chosen.length ? `Engines: ${listing(chosen.map((name) => byEngine.get(name).title))}` : "Engines: all";
  const made = make("details", { class: "chooser", open: unfoldedChooser }, make("summary", {}, words), make("div", { class: "boxes" }, columns.map(box),
    chosen.length ? button("Show all", () => (choose([]), changed())) : null));
  made.addEventListener("toggle", () => (unfoldedChooser = made.open));
  return made;
}
