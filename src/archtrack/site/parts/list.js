// The table of architectures by engine.
const STEP = 24;
const lines = new Map();
let listed = [];
let shown = 0;

function line(row) {
  let known = lines.get(row);
  if (!known) {
    const found = factsOf(row).found;
    known = make("tr", {}, make("th", { scope: "row" }, make("a", { href: address(row[NAME]) }, ...breakable(row[NAME]))), make("td", {}, row[CATEGORY]),
      ...columns.map((column, place) => {
        const day = dayOf(column, found[place]);
        return make("td", {}, badge(column, found[place], release(column, found[place])), day ? make("small", {}, day) : null);
      }));
    lines.set(row, known);
  }
  return known;
}
// The paragraph that leads to names like one that is not known; nothing where there are none.
function nearIt(name) {
  const links = near(name).flatMap((other, at) => [at ? ", " : "", make("a", { href: address(other) }, other)]);
  return links.length ? [make("p", {}, "Near it: ", ...links)] : [];
}
function showMore() {
  const next = listed.slice(shown, shown + STEP);
  $("results").tBodies[0].append(...next.map(line));
  shown += next.length;
  $("more").hidden = shown >= listed.length;
}
function showList(found, wanted) {
  listed = found;
  shown = 0;
  $("results").tBodies[0].replaceChildren();
  showMore();
  $("count").textContent = `${found.length} of ${rows.length} architectures`;
  $("none").hidden = found.length > 0;
  $("none").replaceChildren();
  if (!found.length) {
    $("none").append(make("p", {}, "No architecture is called that. Of a model that is not known by its name, paste the ", make("code", {}, "config.json"), " here, or run ", make("code", {}, "archtrack check OWNER/NAME"), "."));
    if (wanted.q) $("none").append(...nearIt(wanted.q));
  }
}
function showHead(wanted, order) {
  const titles = [["Architecture", ".name"], ["Category", ".category"], ...columns.map((column) => [column.title, column.name])];
  // A column holds the longest release and its date; the table is as wide as that makes it, and scrolls in its frame.
  $("results").style.minWidth = `${15 + 8.25 * (columns.length + 1)}rem`;
  $("results").tHead.replaceChildren(make("tr", {}, ...titles.map(([title, name]) => {
    // Names rise at first, releases fall: the newest stands at the top.
    const own = wanted.sort === name, falls = Boolean(wanted.down) !== Boolean(columnOf(name));
    const button = make("button", { type: "button", "data-sort": name }, title + (own ? (falls ? " ▼" : " ▲") : ""));
    button.addEventListener("click", () => order(name));
    return make("th", { scope: "col", "aria-sort": own ? (falls ? "descending" : "ascending") : null }, button);
  })));
}
