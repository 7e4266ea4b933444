// A tile per engine: what it does with an architecture, since when, what stops it, and how to run it.
const ofEngine = (column) => (column.newest === undefined || column.newest < 0 ? "" : version(column, column.newest));

// When, in words: "since 0.8.4" with its day, or the last release that had it.
function when(column, found) {
  if (!found.span || !["native", "gone"].includes(found.kind)) return null;
  const gone = found.kind === "gone", named = gone ? untilOf(column, found.span) : since(column, found.span);
  const day = date(column, found.span[gone ? LAST : FIRST]);
  return [gone ? "last in " : "since ", make("b", {}, named), day && !named.includes(day) ? [" ", make("small", {}, day)] : null];
}
function tile(row, column, found, model, heading = "h2") {
  const why = found.because || MEANS[found.kind], told = when(column, found);
  return make("li", { class: `tile ${found.kind}` },
    make(heading, { class: "engine" }, column.document ? column.title : link(addressOf.engine(column.name), column.title), " ", make("small", {}, ofEngine(column))),
    make("p", { class: `status ${found.kind}` }, make("span", { "aria-hidden": "true" }, SIGNS[found.kind]), " ", column.library && found.kind === "native" ? "public" : PLAIN[found.kind]),
    told ? make("p", {}, told) : null,
    why ? make("p", { class: "why" }, coded(why)) : null,
    found.fix ? make("p", { class: "fix" }, make("b", {}, "What helps: "), coded(found.fix)) : null,
    found.features.length ? make("p", { class: "features" }, found.features.map((each) => [make("span", { class: "feature" }, each.title, later(column, found, each)), " "])) : null,
    row && limits(row, found), runIt(column, found, model));
}
// A feature that came after the architecture says since when.
const later = (column, found, feature) => (found.span && feature.first > found.span[FIRST] ? ` since ${feature.exact ? "" : "≤"}${version(column, feature.first)}` : "");
// The features that the release is known to lack, as far as they matter for the architecture.
function limits(row, found) {
  const matters = row[CATEGORY] === "multimodal" ? ["lora", "pp", "image", "video", "audio"] : ["lora", "pp"];
  const names = found.lacks.filter(([name]) => matters.includes(name)).map(([, title]) => title);
  return names.length ? make("p", { class: "limits" }, `Without ${listing(names)}.`) : null;
}
// How to install and serve it, where the engine runs it: the newest release that was read runs it for certain.
// Of a copy in another format (`-GGUF`, `-4bit`) nothing of the kind is said: the engine may not read it.
function runIt(column, found, model) {
  if (column.document || column.library || !RUNS.includes(found.kind) || !column.package || (model && isMarked(model))) return null;
  const lines = [`pip install "${column.package}>=${ofEngine(column)}"`];
  if (column.serve && model) lines.push(column.serve.replace("{model}", model));
  return make("details", { class: "run" }, make("summary", {}, column.serve && model ? "Install and serve" : "Install"), lines.map(command),
    make("p", { class: "note" }, coded(`${ofEngine(column)} is the newest release that archtrack has read. \`archtrack requires\` finds the oldest that will do.`)));
}
// The tiles of a row, those that run it first; what an engine does with a model type may be given besides.
function tilesOf(row, model, type = "", heading = "h2") {
  const found = factsOf(row).found;
  const told = shownIn(found).map((column) => [column, byType(column, type, foundIn(row, column)) || foundIn(row, column)]);
  const order = ([column, each]) => (column.document ? -1 : RANKS.indexOf(each.kind) + (column.library ? 20 : 0));
  return make("ul", { class: "tiles" }, told.sort((a, b) => order(a) - order(b)).map(([column, each]) => tile(row, column, each, model, heading)));
}
// What engines that go by the model type do with one, where no architecture is known.
function typeTiles(type, why) {
  const told = engines.filter((engine) => engine.types && (!chosen.length || chosen.includes(engine.name))).map((engine) => [engine, byType(engine, type, null)]);
  return [make("p", {}, coded(why)),
    make("ul", { class: "tiles" }, told.map(([engine, found]) => tile(null, engine, found, null)))];
}
// "9 engines run it natively, 1 by its Transformers backend".
function summed(row) {
  const found = factsOf(row).found.filter((_, at) => !columns[at].library && !columns[at].document && !columns[at].empty);
  const [natives, others] = RUNS.map((kind) => found.filter((each) => each.kind === kind).length);
  if (!natives && !others) return "No engine runs it.";
  const parts = [natives ? `${plural(natives, "engine")} ${natives === 1 ? "runs" : "run"} it natively` : "", others ? `${natives ? others : plural(others, "engine")} ${others === 1 ? "runs" : "run"} it by a Transformers backend` : ""];
  return `${listing(parts.filter(Boolean))}.`;
}
