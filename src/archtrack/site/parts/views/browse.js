// The list of architectures by engine: a grid with one scroll, and cards on a phone.
const STEP = { phone: 15, desk: 40 };
let filters = { ...FILTERS }, listed = [], shown = 0, unfolded = false;
let left = null; // the list that was left for an architecture: its address, how far it was shown and scrolled, and the link
const isPhone = window.matchMedia("(max-width: 40rem), (max-height: 30rem)");

function showBrowse(given) {
  filters = filtersFrom(given);
  listed = matching(filters);
  $("browse").replaceChildren(
    make("div", { class: "filters" }, make("h1", { tabindex: "-1", class: "hidden" }, "Architectures by engine"), foldable(filterForm()), chips(), listTools()),
    isPhone.matches ? cards() : grid());
  showMore();
  if (left && left.address === location.hash) comeBack();
  left = null;
}
// Whoever comes back finds the list as it was.
function comeBack() {
  while (shown < Math.min(left.shown, listed.length)) showMore();
  if ($("table")) $("table").scrollTo(left.across, left.down);
  window.scrollTo(0, left.page);
  const followed = [...$("rows").querySelectorAll("a")].find((each) => each.getAttribute("href") === left.link);
  if (followed) setTimeout(() => followed.focus({ preventScroll: true }));
}
function leaveBrowse(link) {
  const table = $("table");
  left = { address: location.hash, shown, link, page: window.scrollY, down: table ? table.scrollTop : 0, across: table ? table.scrollLeft : 0 };
}
$("browse").addEventListener("click", (event) => {
  const followed = event.target.closest("a[href^='#/']");
  if (followed) leaveBrowse(followed.getAttribute("href"));
});
function refilter(changed) {
  filters = { ...filters, ...changed };
  const told = Object.fromEntries(Object.entries(filters).filter(([key, value]) => String(value) !== String(FILTERS[key])));
  setAddress(addressOf.browse(told));
  const focused = document.activeElement && document.activeElement.id, at = focused === "only" ? $("only").selectionStart : 0;
  showBrowse(asksFor(location.hash).given);
  ($(focused || "") || $("browse").querySelector(".chip") || $("only")).focus({ preventScroll: true });
  if (focused === "only") $("only").setSelectionRange(at, at);
}
// On a phone the filters are folded, so that the list comes first.
function foldable(form) {
  if (!isPhone.matches) return form;
  const made = make("details", { open: unfolded }, make("summary", {}, "Filter and order"), form);
  made.addEventListener("toggle", () => (unfolded = made.open));
  return made;
}
function filterForm() {
  const text = make("input", { id: "only", type: "search", value: filters.q, placeholder: "Name", "aria-label": "Part of a name", autocomplete: "off", spellcheck: "false" });
  text.addEventListener("input", () => refilter({ q: text.value }));
  const several = (key, words, pairs) => select({ id: `f-${key}`, "aria-label": words }, [["", `${words}…`], ...pairs.filter(([value]) => !filters[key].includes(value))], "", (value) => value && refilter({ [key]: [...filters[key], value] }));
  const one = (key, words, pairs) => select({ id: `f-${key}`, "aria-label": words }, [["", `${words}…`], ...pairs], filters[key], (value) => refilter({ [key]: value }));
  const its = columns.map((column) => [column.name, column.title]);
  const periods = newestDay ? [[daysBefore(newestDay, 31), "last month"], [daysBefore(newestDay, 92), "last three months"], [daysBefore(newestDay, 365), "last year"]] : [];
  return make("div", { class: "row" }, text, several("on", "Runs on", its), several("not", "But not on", its), several("with", "With", data.features),
    one("since", "New since", periods.map(([day, words]) => [day, `${words} (${day})`])), one("kind", "Kind", Object.entries(KINDS)),
    select({ id: "f-sort", "aria-label": "Order" }, [...Object.entries(ORDERS), ...columns.map((column) => [column.name, `newest on ${column.title}`])], filters.sort, (value) => refilter({ sort: value })));
}
// What was chosen, each with a cross that takes it away.
function chips() {
  const titled = (name) => byEngine.get(name).title, feature = (name) => data.features.find(([each]) => each === name)[1];
  const chip = (words, changed) => button([words, " ", make("span", { "aria-hidden": "true" }, "×")], () => refilter(changed), { class: "chip", "aria-label": `Remove: ${words}` });
  const without = (key, name) => ({ [key]: filters[key].filter((each) => each !== name) });
  const told = [
    ...filters.on.map((name) => chip(`runs on ${titled(name)}`, without("on", name))), ...filters.not.map((name) => chip(`but not on ${titled(name)}`, without("not", name))),
    ...filters.with.map((name) => chip(`with ${feature(name)}`, without("with", name))),
    filters.since ? chip(`new since ${filters.since}`, { since: "" }) : null, filters.kind ? chip(filters.kind, { kind: "" }) : null,
  ].filter(Boolean);
  return make("div", { class: "row chips" }, told, told.length ? button("Clear", () => refilter({ ...FILTERS, sort: filters.sort }), { class: "plain" }) : null);
}
// The classes that only transformers has, and those that no known model names, are one switch away each.
const hiddenRows = () => rows.filter((row) => !hasEngine(row));
function listTools() {
  const hidden = hiddenRows(), unnamed = hidden.filter((row) => !isNamed(row)).length;
  const box = (key, words) => {
    const input = make("input", { type: "checkbox", id: `f-${key}`, checked: Boolean(filters[key]) });
    input.addEventListener("change", () => refilter({ [key]: input.checked ? "1" : "" }));
    return make("label", {}, input, " ", words);
  };
  const told = make("span", { role: "status" });
  return make("div", { class: "row" }, make("p", { id: "count", role: "status" }, `${listed.length.toLocaleString("en")} of ${plural(rows.length, "architecture")}`),
    hidden.length > unnamed ? box("all", `also ${(hidden.length - unnamed).toLocaleString("en")} that only transformers has`) : null,
    unnamed ? box("unnamed", `and ${unnamed.toLocaleString("en")} that no known model names`) : null, engineChooser(() => refilter({})),
    make("details", { class: "take" }, make("summary", {}, "Export"), make("div", { class: "boxes" }, button("Copy as Markdown", async () => (told.textContent = `${plural(listed.length, "architecture")} as Markdown: ${await copy(listMarkdown(listed))}`), { id: "markdown" }),
      button("Download CSV", () => save("archtrack.csv", "text/csv", listCsv(listed)), { id: "csv" }), button("Download JSON", () => save("archtrack.json", "application/json", `${JSON.stringify(listValues(listed), null, 1)}\n`), { id: "json" }), told)), isPhone.matches ? null : legend());
}
// What the colours of the grid mean.
const legend = () => make("p", { class: "legend" }, "Since ", [["new", "a month"], ["young", "half a year"], ["settled", "two years"], ["old", "longer"]].flatMap(([name, words]) => [make("span", { class: name }, words), " "]),
  ["fallback", "refused", "gone", "unsupported", "unknown"].map((kind) => ` · ${SIGNS[kind]} ${PLAIN[kind]}`));
// Nothing is found: say what may be in the way.
const nothingFound = () => [make("p", {}, "No architecture fits."), ...nearIt(filters.q), filters.q && !filters.all ? make("p", {}, link(addressOf.answer(filters.q), "Look it up as a model"), ", or show what only transformers has.") : null].filter(Boolean);

function grid() {
  if (!listed.length) return make("div", { id: "none" }, nothingFound());
  const table = make("table", { class: "grid" }, make("caption", { class: "hidden" }, "Since which release each engine has each architecture"),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Architecture"), gridColumns().map((column) => make("th", { scope: "col" }, column.document ? column.title : link(addressOf.engine(column.name), column.title))))),
    make("tbody", { id: "rows" }));
  const scroll = make("div", { class: "scroll", id: "table", tabindex: "0", role: "region", "aria-label": "Architectures by engine" }, table, moreButton());
  scroll.addEventListener("scroll", () => {
    if (scroll.scrollTop + 2 * scroll.clientHeight > scroll.scrollHeight && shown < listed.length) showMore();
  });
  return scroll;
}
const cards = () => (listed.length ? make("div", {}, make("ul", { class: "cards", id: "rows" }), moreButton()) : make("div", { id: "none" }, nothingFound()));
const moreButton = () => button("Show more", () => {
  const at = shown;
  showMore();
  $("rows").children[at].querySelector("a").focus({ preventScroll: true });
}, { id: "more" });
function showMore() {
  if (!listed.length) return;
  const next = listed.slice(shown === 0 || $("rows").childElementCount === 0 ? (shown = 0) : shown, shown + (isPhone.matches ? STEP.phone : STEP.desk));
  $("rows").append(...next.map(isPhone.matches ? card : line));
  shown += next.length;
  $("more").hidden = shown >= listed.length;
}
// How long an engine has had it, in four steps: the colour of a cell.
function age(day) {
  const days = day && newestDay ? (Date.parse(newestDay) - Date.parse(day)) / 86400000 : 366;
  return days <= 31 ? "new" : days <= 183 ? "young" : days <= 730 ? "settled" : "old";
}
function line(row) {
  const found = factsOf(row).found;
  return make("tr", {}, make("th", { scope: "row" }, toArchitecture(row[NAME])), gridColumns().map((column) => {
    const its = found[columns.indexOf(column)], day = dayOf(column, its), words = `${spoken(column, its)}${day ? `, ${day}` : ""}`;
    return make("td", { class: `${its.kind} ${its.kind === "native" ? age(day) : ""}`, title: `${column.title}: ${words}${its.because ? ` (${its.because})` : ""}` },
      make("span", { "aria-hidden": "true" }, its.kind === "native" ? release(column, its) || SIGNS.native : `${SIGNS[its.kind]} ${release(column, its)}`.trim()), make("span", { class: "hidden" }, words));
  }));
}
function card(row) {
  const told = gridColumns().map((column) => [column, factsOf(row).found[columns.indexOf(column)]]).filter(([, its]) => [...RUNS, "gone", "unimportable"].includes(its.kind));
  return make("li", {}, make("h2", {}, toArchitecture(row[NAME])), told.length ? make("ul", {}, told.map(([column, its]) => make("li", {}, column.title, " ", mark(column, its)))) : make("p", {}, "No engine that is shown has it."));
}
