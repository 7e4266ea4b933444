// The answer while somebody types: the results, and a card for the one that is looked at.
const answering = { typed: "", asked: [], awaited: "", results: [], at: 0, shown: "" };
let given = null; // draws the answer for the config or the file that was given last

function showAnswer(typed, at = 0) {
  if (isConfig(typed)) return give(() => showConfig(readConfig(typed)));
  const { words, engines: asked, awaited } = parsed(typed);
  const results = resultsFor(words);
  Object.assign(answering, { typed, asked, awaited, results, at: Math.min(at, Math.max(results.length - 1, 0)) });
  $("results").replaceChildren(...results.map(result));
  showCard();
  return undefined;
}
// A config or a file: it is kept until the next one, so that Back leads to its answer again.
function give(draw) {
  given = draw;
  draw();
}
function result(each, at) {
  const title = each.model ? [each.model.split("/")[0], "/", make("b", {}, each.model.split("/")[1])] : make("b", {}, breakable(each.architecture || `model type ${each.type}`));
  const to = link(each.model || each.architecture === null ? addressOf.answer(each.model || answering.typed) : addressOf.architecture(each.architecture), make("span", {}, title),
    make("small", {}, each.model ? `model · ${each.architecture || `model type ${each.type}`}` : "architecture"));
  to.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    look(at);
  });
  return make("li", { "data-architecture": each.architecture || "", "data-model": each.model }, to);
}
function look(at) {
  answering.at = at;
  showCard();
  keepAddress();
  if (window.matchMedia("(max-width: 48rem)").matches) $("card").scrollIntoView({ block: "start" });
}
function showCard() {
  const { results, at, typed, asked } = answering, each = results[at];
  [...$("results").children].forEach((item, place) => (place === at ? item.firstChild.setAttribute("aria-current", "true") : item.firstChild.removeAttribute("aria-current")));
  // Most letters leave the first result what it was.
  const told = JSON.stringify([each, asked, chosen, each ? "" : typed]);
  if (told === answering.shown) return undefined;
  answering.shown = told;
  $("found").replaceChildren(results.length ? plural(results.length, "result") : "", make("span", { class: "hidden" }, each ? `: ${each.model || each.architecture}` : "No result"));
  document.title = titled(each ? each.model || each.architecture || each.type : typed);
  if (!each) return void $("card").replaceChildren(...unknown(parsed(typed).words), ...besides(typed));
  const row = byName.get(each.architecture), title = each.model || each.architecture || `model type ${each.type}`;
  $("card").replaceChildren(
    make("h1", { tabindex: "-1" }, each.model ? breakable(title) : row ? toArchitecture(each.architecture) : title),
    make("p", { class: "facts" }, each.model ? ["Architecture ", row ? toArchitecture(each.architecture) : each.architecture || `not known, model type ${each.type}`, " · "] : null,
      row ? `${row[CATEGORY]} · ` : null, each.how,
      each.model ? [" · ", onHub(each.model)] : row && row[EXAMPLE] ? [" · such as ", onHub(row[EXAMPLE])] : null),
    ...besides(typed), ...answerOf(row, each, asked));
  return undefined;
}
// What the words name besides a model: an engine without data, or an engine alone.
function besides(typed) {
  const alone = enginesCalled(typed.replace(/^\s*what(?:'s| is) new (?:in|on)\s+/i, "").slice(0, LONGEST)).filter((engine) => plain(typed).endsWith(plain(engine.title)) || plain(typed).endsWith(plain(engine.name)));
  return [answering.awaited ? make("p", {}, data.unread[answering.awaited]) : "",
    ...alone.map((engine) => make("p", { class: "summed" }, link(addressOf.engine(engine.name), engine.title), " is an engine: see what it runs, and what each release added."))];
}
function answerOf(row, { model, type }, asked) {
  if (!row && type) return typeTiles(type, `No architecture is known for model type \`${type}\`. For engines that go by architectures, paste its config.`);
  if (!row) return [make("p", {}, "No release that archtrack has read registers this architecture. ", coded("`archtrack check` with its config says more."))];
  const own = asked.length ? withEngines(asked, () => tilesOf(row, model || row[EXAMPLE])) : tilesOf(row, model || row[EXAMPLE], model ? "" : type || "");
  const copied = make("span", { role: "status" });
  return [asked.length || chosen.length ? "" : make("p", { class: "summed" }, summed(row)),
    model ? make("p", { class: "note" }, "“Since” is when the engine got the architecture. The model may be younger.") : "",
    (model && isMarked(model)) || isMarked(answering.typed) ? make("p", { class: "note" }, "Its format and its quantization are not checked here. ", link(addressOf.paste(), "Its config or file"), " says more.") : "",
    make("div", { class: "tools" }, asked.length ? link(addressOf.answer(parsed(answering.typed).words), "All engines") : engineChooser(() => (showCard(), keepAddress())), link(addressOf.architecture(row[NAME]), "Evidence and history"),
      button("Copy link", async () => (copied.textContent = await copy(location.href))), copied), own];
}
// As if these engines had been chosen, for once.
function withEngines(names, made) {
  const before = chosen;
  chosen = names;
  try {
    return made();
  } finally {
    chosen = before;
  }
}
function unknown(words) {
  const name = words.slice(0, 200);
  return [make("h1", { tabindex: "-1" }, "No such model"), make("p", {}, `archtrack knows no model and no architecture called “${name}”.`), ...nearIt(name),
    make("p", {}, "Try a shorter name, ", link(addressOf.paste(), "paste its config.json"), ", or ask the Hub: ", make("code", {}, "archtrack check OWNER/NAME"), ".")];
}
function showConfig(config, title = "Your config.json") {
  document.title = titled(title);
  const noted = [...config.notes.map((note) => make("p", { class: "note" }, coded(note))), config.problem ? make("p", {}, coded(config.problem)) : null].filter(Boolean);
  answering.shown = "";
  answering.results = config.names.map((architecture) => ({ architecture, model: null, type: config.type, how: "the config names it" }));
  $("results").replaceChildren(...answering.results.map(result));
  $("found").textContent = "";
  const typed = config.names.length || !config.type ? [] : typeTiles(config.type, "This config names no architecture. These engines go by its model type; the others need an architecture.");
  $("card").replaceChildren(make("h1", { tabindex: "-1" }, title), ...noted, ...typed, ...config.names.flatMap((name) => {
    const row = byName.get(name);
    if (!row) return [make("h2", {}, name.slice(0, 300)), make("p", {}, "No release that archtrack has read registers it."), ...nearIt(name)];
    return [make("h2", {}, toArchitecture(name)), make("p", { class: "summed" }, summed(row)), tilesOf(row, null, config.type, "h3")];
  }));
}
function showGguf(header, name) {
  document.title = titled(name);
  const cells = Object.hasOwn(data.gguf, header.architecture) ? data.gguf[header.architecture] : null;
  Object.assign(answering, { results: [], shown: "" });
  $("results").replaceChildren();
  $("found").textContent = "";
  const facts = make("p", { class: "facts" }, "GGUF architecture ", make("code", {}, header.architecture), header.name ? ` · ${header.name.slice(0, 200)}` : "");
  const told = header.type !== "model" ? `This file is no model by itself (${header.type.slice(0, 50)}). Give the model's own file.` : "No release that archtrack has read names this GGUF architecture.";
  const tiles = cells && header.type === "model" ? make("ul", { class: "tiles" }, engines.map((engine, at) => [engine, ggufStanding(cells[at], header.architecture)])
    .filter(([engine, found]) => !engine.empty && (!chosen.length || chosen.includes(engine.name) || found.kind === "native"))
    .sort(([, a], [, b]) => RANKS.indexOf(a.kind) - RANKS.indexOf(b.kind)).map(([engine, found]) => tile(null, engine, found, null))) : make("p", {}, told);
  $("card").replaceChildren(make("h1", { tabindex: "-1" }, breakable(name)), facts, tiles,
    make("p", { class: "note" }, coded("This answer goes by the architecture that the file names. `archtrack check FILE` says what it was made from, too.")));
}
function ggufStanding([kind, because, ends, fix], name) {
  const span = ends ? [...ends, []] : null;
  return { ...NOTHING, kind: data.kinds[kind], because: text(because).replaceAll("\ue000", () => name), fix: text(fix), spans: span ? [span] : [], span };
}
// A file that was dropped or chosen.
async function readFile(file) {
  const name = file.name.slice(0, 200), failed = (problem) => () => showConfig({ names: [], type: "", notes: [], problem }, "This file cannot be read");
  let drawn = failed(`${name} is too long for a config.json.`);
  try {
    const begins = new Uint8Array(await file.slice(0, 4).arrayBuffer());
    if (String.fromCharCode(...begins) === GGUF.magic || /\.gguf$/i.test(name)) {
      const header = await readGguf(file);
      drawn = () => showGguf(header, name);
    } else if (file.size <= LARGEST) {
      const config = readConfig(await file.text());
      drawn = () => showConfig(config, name);
    }
  } catch (error) {
    drawn = failed(`${name} ${error instanceof DOMException ? "cannot be opened; is it a folder?" : error.message}.`);
  }
  $("search").value = "";
  setAddress(addressOf.given(), location.hash !== addressOf.given());
  showView("answer");
  give(drawn);
  $("card").querySelector("h1").focus({ preventScroll: true });
}
