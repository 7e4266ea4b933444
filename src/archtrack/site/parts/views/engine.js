// An engine: what it runs, what came and went with each release, and how much of what people download.
const POPULAR = 100, RELEASES = 15;

function showEngine(name) {
  const engine = byEngine.get(name);
  if (!engine || engine.document) {
    return void $("page").replaceChildren(make("h1", { tabindex: "-1" }, name.slice(0, 100) || "No engine"), make("p", {}, "This page knows no such engine. It knows ", engines.flatMap((each, at) => [at ? ", " : "", link(addressOf.engine(each.name), each.title)]), "."));
  }
  const [runs, others] = RUNS.map((kind) => rows.filter((row) => foundIn(row, engine).kind === kind).length);
  const told = changes(engine).filter(({ came, went }) => came.length || went.length);
  const list = make("div", {}, told.slice(0, RELEASES).map((each) => changeLine(engine, each)));
  const rest = told.slice(RELEASES);
  $("page").replaceChildren(make("h1", { tabindex: "-1" }, engine.title),
    make("p", { class: "facts" }, engine.newest < 0 ? "No release was read." : [`Newest release read: ${version(engine, engine.newest)}`, date(engine, engine.newest) ? ` (${date(engine, engine.newest)})` : "", ` · ${plural(engine.releases.length, "release")}`]),
    make("p", { class: "summed" }, engine.library ? `${plural(runs, "class", "classes")} ${runs === 1 ? "is" : "are"} public in it.` : `It runs ${plural(runs, "architecture")} natively${others ? ` and ${others} by its Transformers backend` : ""}. A class that it makes of another one counts, too.`),
    make("p", { class: "tools" }, link(addressOf.browse({ on: engine.name, all: "1", unnamed: "1" }), "Browse them"), " ", engine.library ? null : link(addressOf.compare(engine.name, ""), "Compare it with another engine")),
    ...coverage(engine), make("h2", {}, "Registered architectures over time"), make("div", { id: "chart" }),
    make("h2", {}, "Releases"), told.length ? list : make("p", {}, "No release changed anything."),
    rest.length ? button(`Show ${plural(rest.length, "older release")}`, (own) => {
      list.append(...rest.map((each) => changeLine(engine, each)));
      own.remove();
    }) : null);
  drawCharts([engine]);
  return undefined;
}
// Of the models that people download most, how many it runs.
function coverage(engine) {
  if (!known || engine.library || engine.empty) return [];
  const models = theIndex().models.filter((each) => each.downloads && each.architectures.some((name) => byName.has(name)))
    .sort((a, b) => b.downloads - a.downloads || (a.id < b.id ? -1 : 1)).slice(0, POPULAR);
  if (!models.length) return [];
  const kindOf = (each) => each.architectures.filter((name) => byName.has(name)).map((name) => foundIn(byName.get(name), engine).kind).sort((a, b) => RANKS.indexOf(a) - RANKS.indexOf(b))[0];
  const kinds = models.map(kindOf), count = (kind) => kinds.filter((each) => each === kind).length;
  const others = models.filter((_, at) => !RUNS.includes(kinds[at])), unsure = count("unknown");
  return [make("h2", {}, "The most downloaded models"), make("p", {}, `Of the ${models.length} most downloaded models that archtrack knows, it runs ${count("native")} natively and ${count("fallback")} by a Transformers backend.`),
    others.length ? make("details", {}, make("summary", {}, `${others.length - unsure} that it does not run${unsure ? `, and ${unsure} of which it is not known` : ""}`), make("ul", { class: "names" }, others.map((each) => make("li", {}, link(addressOf.answer(each.id), each.id))))) : null];
}
