// Two engines: what somebody who changes from one to the other gains and loses.
function showCompare(one, other) {
  const can = engines.filter((engine) => !engine.library && !engine.empty);
  const [from, to] = [one, other].map((name) => can.find((engine) => engine.name === name));
  const pick = (engine, id, words, changed) => make("label", {}, words, " ", select({ id }, [["", "choose an engine"], ...can.map((each) => [each.name, each.title])], engine ? engine.name : "", changed));
  const go = (a, b) => (location.hash = addressOf.compare(a, b));
  $("page").replaceChildren(make("h1", { tabindex: "-1" }, "Compare two engines"),
    make("div", { class: "tools" }, pick(from, "from", "From", (name) => go(name, to ? to.name : "")), pick(to, "to", "to", (name) => go(from ? from.name : "", name)),
      from && to ? link(addressOf.compare(to.name, from.name), "Swap") : null),
    ...(from && to && from !== to ? compared(from, to) : [make("p", {}, "Choose two engines to see what you would gain and lose.")]));
}
// Whether an engine registers it, or runs it as what it registers: the classes that it makes of others do not count.
function registers(row, engine) {
  const found = foundIn(row, engine);
  return engine.key === "architecture" ? !found.key && Boolean(found.span) && found.span[LAST] < 0 : found.kind === "native";
}
function compared(from, to) {
  const has = (row, engine) => registers(row, engine) || foundIn(row, engine).kind === "native";
  const [lost, maybeLost] = parted(rows.filter((row) => registers(row, from) && !has(row, to)), to);
  const [gained, maybeGained] = parted(rows.filter((row) => registers(row, to) && !has(row, from)), from);
  const both = rows.filter((row) => (registers(row, from) && has(row, to)) || (registers(row, to) && has(row, from)));
  const unsure = maybeGained.length + maybeLost.length, byBackend = lost.filter((row) => foundIn(row, to).kind === "fallback").length;
  return [make("p", { class: "summed" }, `From ${from.title} ${ofEngine(from)} to ${to.title} ${ofEngine(to)}: you gain ${gained.length}, you lose ${lost.length}, both have ${plural(both.length, "architecture")}.`),
    byBackend ? make("p", {}, `${to.title} runs ${byBackend} of those that you lose by its Transformers backend.`) : "",
    unsure ? make("p", {}, `Of ${unsure} more it is not known whether the other engine has them.`) : "",
    ...difference(`You gain ${gained.length}`, gained, from), ...difference(`You lose ${lost.length}`, lost, to),
    ...(maybeGained.length ? difference(`You may gain ${maybeGained.length}`, maybeGained, from) : []), ...(maybeLost.length ? difference(`You may lose ${maybeLost.length}`, maybeLost, to) : []),
    ...features(`Features that you lose`, both, from, to), ...features(`Features that you gain`, both, to, from)];
}
// Those that the other engine lacks, and those of which that is not known.
const parted = (found, other) => [found.filter((row) => foundIn(row, other).kind !== "unknown"), found.filter((row) => foundIn(row, other).kind === "unknown")];
// The architectures that one engine has, with what the other one does with each.
function difference(title, found, other) {
  const titles = ["Architecture", `On ${other.title}`, "Such as"].map((words) => make("th", { scope: "col" }, words));
  const line = (row) => make("tr", {}, make("th", { scope: "row" }, toArchitecture(row[NAME])), make("td", {}, mark(other, foundIn(row, other))), make("td", {}, row[EXAMPLE] || ""));
  return [make("h2", {}, title), found.length ? make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, make("table", {}, make("thead", {}, make("tr", {}, titles)), make("tbody", {}, found.map(line)))) : make("p", {}, "None.")];
}
// Of what both have, the features that one engine has and the other is known to lack.
function features(title, both, having, other) {
  const told = both.map((row) => {
    const lacks = foundIn(row, other).lacks.map(([name]) => name);
    return [row, foundIn(row, having).features.filter((each) => lacks.includes(each.name)).map((each) => each.title)];
  }).filter(([, its]) => its.length);
  if (!told.length) return [];
  return [make("h2", {}, title), make("details", {}, make("summary", {}, plural(told.length, "architecture")), make("ul", {}, told.map(([row, its]) => make("li", {}, toArchitecture(row[NAME]), `: ${listing(its)}`))))];
}
