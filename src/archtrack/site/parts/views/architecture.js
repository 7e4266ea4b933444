// The page of one architecture: its models, its life on a time line, the evidence, its features and what is like it.
const MOST_SHOWN = 8;

function showArchitecture(name) {
  const row = byName.get(name), title = name.slice(0, 300);
  if (!row) {
    return void $("page").replaceChildren(make("h1", { tabindex: "-1" }, title), make("p", {}, "No release that archtrack has read registers it, in any engine or in transformers."), ...nearIt(name));
  }
  const by = row[BY] === "name" ? "by its name alone" : `by ${row[BY]}`;
  $("page").replaceChildren(make("h1", { tabindex: "-1" }, breakable(title)),
    make("p", { class: "facts" }, `${row[CATEGORY]} (${by})`, row[EXAMPLE] ? [" · such as ", onHub(row[EXAMPLE])] : null),
    make("p", { class: "summed" }, summed(row)), tools(row), tilesOf(row, row[EXAMPLE]),
    make("h2", {}, "Time line"), make("div", { id: "timeline" }),
    make("h2", {}, "Evidence"), evidenceTable(row), ...featureTable(row), ...modelsOf(row), ...relatives(row));
  drawTimeline(row);
  return undefined;
}
// Take it along: as Markdown, JSON, a badge or a link.
function tools(row) {
  const told = make("span", { role: "status" }), say = (words) => (told.textContent = words);
  return make("div", { class: "tools" }, engineChooser(() => showArchitecture(row[NAME])), button("Copy as Markdown", async () => say(await copy(detailMarkdown(row)))),
    button("Copy as JSON", async () => say(await copy(`${JSON.stringify(listValues([row])[0], null, 1)}\n`))),
    button("Download badge", () => save(`${row[NAME].replace(/[^\w.-]/g, "_")}.svg`, "image/svg+xml", badge(row))), button("Copy link", async () => say(await copy(location.href))), told);
}
function drawTimeline(row) {
  $("timeline").replaceChildren(timeline(row, $("timeline").clientWidth || 800));
}
// One line per engine and run of releases: what it rests on now, or where it ended, and where it began.
function evidenceTable(row) {
  const titles = ["Engine", "Status", "Newest release", "First release"].map((words) => make("th", { scope: "col" }, words));
  const told = shownIn(factsOf(row).found).flatMap((column) => evidence(column, foundIn(row, column)));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Evidence" }, make("table", { id: "evidence" }, make("caption", { class: "hidden" }, `What is known of ${row[NAME]}`), make("thead", {}, make("tr", {}, titles)), make("tbody", {}, told)));
}
function evidence(column, found) {
  const head = make("th", { scope: "row" }, column.title), says = make("td", {}, mark(column, found));
  if (column.document) return [make("tr", {}, head, says, make("td", {}, found.file || "", " ", found.address ? outward(found.address, found.at) : found.at || ""), make("td"))];
  if (!found.spans.length) return [make("tr", {}, head, says, make("td", {}, column.newest < 0 ? "" : `nothing up to ${version(column, column.newest)}`), make("td"))];
  return found.spans.slice().reverse().map((span, at) => {
    const states = span[STATES], last = span[LAST] < 0 ? column.newest : span[LAST];
    const ends = span[LAST] < 0 ? [version(column, last)] : ["last in ", untilOf(column, span)];
    return make("tr", {}, at ? make("td", {}, make("span", { class: "hidden" }, column.title)) : head, at ? make("td", {}, "before that") : says,
      make("td", {}, ends, dayNote(column, last), placeOf(column, last, states[states.length - 1])),
      make("td", {}, since(column, span), dayNote(column, span[FIRST]), placeOf(column, span[FIRST], states[0]), states.length > 1 ? moves(column, states) : null));
  });
}
const dayNote = (column, place) => (date(column, place) ? make("small", {}, ` ${date(column, place)}`) : null);
function placeOf(column, place, state) {
  const answer = state[5] < 0 ? text(state[4]) : `is_backend_compatible() is ${Boolean(state[5])}`;
  return make("div", { class: "place" }, make("code", {}, atRelease(column, place, text(state[2]), state[3])), answer ? make("small", {}, ` ${answer}`) : null);
}
// The releases in which the file, the line or a table changed between the two.
function moves(column, states) {
  return make("details", {}, make("summary", {}, `changed ${plural(states.length - 1, "time")}`), states.slice(1).map((state) => make("p", {}, version(column, state[0]), dayNote(column, state[0]), placeOf(column, state[0], state))));
}
function featureTable(row) {
  const told = columns.filter((column) => !column.document).map((column) => [column, foundIn(row, column)]).filter(([, found]) => found.features.length || found.lacks.length);
  if (!told.length) return [];
  const one = (column, each) => make("li", {}, each.title, each.first < 0 ? null : [" since ", `${each.exact ? "" : "≤"}${version(column, each.first)}`, dayNote(column, each.first)]);
  return [make("h2", {}, "Features"), make("dl", { class: "features" }, told.flatMap(([column, found]) => [make("dt", {}, column.title), make("dd", {}, make("ul", {}, found.features.map((each) => one(column, each))), without(found))]))];
}
const without = (found) => (found.lacks.length ? make("small", {}, `Without ${listing(found.lacks.map(([, title]) => title))}.`) : null);
function modelsOf(row) {
  if (!known) return [];
  const its = theIndex().models.filter((each) => each.architectures.includes(row[NAME])).sort((a, b) => b.downloads - a.downloads || (a.id < b.id ? -1 : 1));
  if (!its.length) return [];
  return [make("h2", {}, plural(its.length, "known model")), make("ul", { class: "names" }, its.slice(0, MOST_SHOWN).map((each) => make("li", {}, link(addressOf.answer(each.id), each.id)))),
    its.length > MOST_SHOWN ? make("p", {}, `The ${MOST_SHOWN} most downloaded are shown.`) : null].filter(Boolean);
}
function relatives(row) {
  const its = near(row[NAME], MOST_SHOWN);
  return its.length ? [make("h2", {}, "Similar names"), make("ul", { class: "names" }, its.map((name) => make("li", {}, toArchitecture(name))))] : [];
}
