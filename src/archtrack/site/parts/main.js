// Events and addresses: `#/Name` is an architecture, `#/?q=…&engine=…` a list. The address holds what was chosen.
const FIELDS = { q: "query", category: "category", engine: "engine", status: "status", without: "without", sort: "sort" };
let wanted = { ...ANYTHING };
let left = null;
let headed = null;

function fromAddress() {
  const hash = location.hash.replace(/^#\/?/, "");
  if (hash && !hash.startsWith("?")) {
    try {
      return { name: decodeURIComponent(hash) };
    } catch {
      return { name: hash };
    }
  }
  const given = new URLSearchParams(hash.slice(1));
  return { wanted: Object.fromEntries(Object.keys(ANYTHING).map((key) => [key, given.get(key) ?? ANYTHING[key]])) };
}
function toAddress() {
  // A pasted config stays out of the address: it may be long, and is nobody's business.
  const changed = Object.entries(wanted).filter(([key, value]) => value !== ANYTHING[key] && !(key === "q" && isConfig(value)));
  return changed.length ? "#/?" + new URLSearchParams(changed) : "#/";
}
// What an address asks for and this page does not have counts for nothing.
function toFields() {
  for (const [key, id] of Object.entries(FIELDS)) {
    $(id).value = wanted[key];
    if ($(id).value !== wanted[key]) $(id).value = wanted[key] = ANYTHING[key];
  }
}
function showChosen() {
  $("sort").value = wanted.sort;
  $("table").scrollTop = 0;
  showList(chosen(wanted), wanted);
  if (headed !== `${wanted.sort} ${wanted.down}`) showHead(wanted, orderBy);
  headed = `${wanted.sort} ${wanted.down}`;
  showVerdict(wanted.q);
}
function changed() {
  const down = wanted.sort === $("sort").value ? wanted.down : "";
  wanted = { ...Object.fromEntries(Object.entries(FIELDS).map(([key, id]) => [key, $(id).value])), down };
  history.replaceState(null, "", toAddress());
  showChosen();
}
function orderBy(name) {
  const down = wanted.sort === name && !wanted.down ? "1" : "";
  wanted = { ...wanted, sort: name, down };
  history.replaceState(null, "", toAddress());
  showChosen();
  document.querySelector(`[data-sort="${CSS.escape(name)}"]`).focus();
}
function route() {
  const to = fromAddress(), leaving = !$("list").hidden;
  if (to.name !== undefined) {
    if (leaving) left = { to: toAddress(), page: window.scrollY, table: $("table").scrollTop, across: $("table").scrollLeft, name: to.name, search: $("search").contains(document.activeElement) };
    $("list").hidden = $("search").hidden = $("verdict").hidden = true;
    $("detail").hidden = false;
    showDetail(to.name);
    document.title = `${to.name.slice(0, 100)}: archtrack`;
    window.scrollTo(0, 0);
    $("detail").querySelector("h2").focus({ preventScroll: true });
    return;
  }
  $("detail").hidden = true;
  $("list").hidden = $("search").hidden = false;
  document.title = "archtrack: which engine runs which model";
  setTimeout(showChart);
  const at = location.hash || "#/"; // a page that was opened as it is has none
  if (left && toAddress() === at && left.to === at) {
    back();
    return;
  }
  wanted = to.wanted;
  toFields();
  showChosen();
  if (!leaving) $("query").focus({ preventScroll: true });
}
// The list as it was left: nothing of it is made anew, and the link that was followed has the focus.
function back() {
  showVerdict(wanted.q);
  window.scrollTo(0, left.page);
  $("table").scrollTo(left.across, left.table);
  const link = [...$("results").querySelectorAll("tbody a")].find((each) => each.textContent === left.name);
  (left.search || !link ? $("query") : link).focus({ preventScroll: true });
  left = null;
}
function options(id, pairs) {
  $(id).append(...pairs.map(([value, title]) => make("option", { value }, title)));
}

options("engine", [["", "any engine"], ...columns.map((column) => [column.name, column.title])]);
options("without", [["", "–"], ...columns.map((column) => [column.name, column.title])]);
options("status", [["", "any status"], ["runs", "✓ or ↪"], ...data.kinds.map((kind) => [kind, `${SIGNS[kind]} ${kind === "unsupported" ? "not there" : kind === "unknown" ? "not known" : kind}`])]);
options("sort", [...Object.entries(ORDERS), ...columns.map((column) => [column.name, column.title])]);
$("query").addEventListener("input", changed);
for (const id of ["category", "engine", "status", "without", "sort"]) $(id).addEventListener("change", changed);
$("query").addEventListener("keydown", (event) => {
  const typed = $("query").value.trim();
  if (event.key === "Escape") {
    $("query").value = "";
    changed();
  } else if (event.key === "Enter" && !event.shiftKey && !isConfig(typed)) {
    event.preventDefault();
    const only = byName.get(typed) || (listed.length === 1 ? listed[0] : null);
    if (only) location.hash = address(only[NAME]);
  }
});
$("clear").addEventListener("click", () => {
  wanted = { ...ANYTHING };
  toFields();
  changed();
  $("query").focus();
});
$("home").addEventListener("click", (event) => {
  event.preventDefault();
  left = null;
  if (fromAddress().name === undefined) $("clear").click();
  else location.hash = "#/";
});
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  const to = $("list").hidden ? $("detail").querySelector("h2") : $("table");
  to.focus();
});
$("more").addEventListener("click", () => {
  const at = shown;
  showMore();
  $("results").tBodies[0].rows[at].querySelector("a").focus({ preventScroll: true });
});
$("markdown").addEventListener("click", async () => ($("count").textContent = `${listed.length} architectures as Markdown: ${await copy(listMarkdown(listed))}`));
$("csv").addEventListener("click", () => save("archtrack.csv", "text/csv", listCsv(listed)));
$("json").addEventListener("click", () => save("archtrack.json", "application/json", JSON.stringify(listValues(listed), null, 1) + "\n"));
window.addEventListener("hashchange", route);
// Whoever scrolls to the end of the table is shown more of it.
$("table").addEventListener("scroll", () => {
  const table = $("table");
  if (table.scrollTop + 2 * table.clientHeight > table.scrollHeight && shown < listed.length) showMore();
});
let resizing = 0;
window.addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => {
    const to = fromAddress();
    if (to.name === undefined) showChart();
    else if (byName.has(to.name)) drawTimeline(byName.get(to.name));
  }, 100);
});
$("made").textContent = `Made by archtrack ${data.version} from the releases of ` + engines.map((engine) => `${engine.title} up to ${engine.newest < 0 ? "none" : version(engine, engine.newest)}`).join(", ")
  + (data.tracked ? `, and from ${data.tracked.words}.` : ".") + (known ? ` Models are known from ${known.sources.map(([name]) => name).join(", ")}.` : "") + Object.values(data.unread).map((words) => ` ${words}`).join("");
$("asTable").append(chartTable());
// On a narrow screen the list comes first, and what its signs mean is one press away.
$("signs").open = window.matchMedia("(min-width: 40rem)").matches;
route();
if (fromAddress().name === undefined) $("query").focus();
// The first keystroke is to find everything as ready as the second.
setTimeout(() => chosen({ ...ANYTHING, q: "a b" }));
setTimeout(readAhead);
