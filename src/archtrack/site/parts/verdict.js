// A pasted config.json, or a whole name: what each engine does with it. Nothing leaves the browser.
const LARGEST = 16 * 1024 * 1024;

// {names, type, notes, problem} of what was typed or pasted; null where it is only a search.
function asked(words) {
  const typed = words.trim();
  if (!isConfig(typed)) return byName.has(typed) ? { names: [typed], type: "", notes: [], problem: "" } : null;
  const nothing = (problem) => ({ names: [], type: "", notes: [], problem });
  if (typed.length > LARGEST) return nothing("This is too long to be a config.");
  let config;
  try {
    config = JSON.parse(typed.replace(/([:[,]\s*)-?Infinity\b/g, "$1null"));
  } catch (error) {
    return nothing(`This is no JSON, or not all of it: ${error.message}`);
  }
  if (config === null || typeof config !== "object" || Array.isArray(config)) return nothing("This is no config.json: it holds no object.");
  const listing = config.architectures;
  if (listing !== undefined && listing !== null && (!Array.isArray(listing) || !listing.every((name) => typeof name === "string" && name))) {
    return nothing("Its architectures are not a list of names.");
  }
  const all = [...new Set(listing || [])], names = all.slice(0, 20);
  if (!names.length) {
    const type = typeof config.model_type === "string" ? ` Its model type is ${config.model_type.slice(0, 100)}.` : "";
    return nothing(`This config names no architecture, so this page cannot say what runs it.${type} \`archtrack check config.json\` looks further.`);
  }
  const notes = [];
  if (names.length > 1) notes.push("It names several architectures. Engines take the first one that they know.");
  if (all.length > names.length) notes.push(`${all.length - names.length} more are not shown.`);
  if (config.auto_map && Object.keys(config.auto_map).length) notes.push("It brings code of its own (auto_map): an engine that lacks the architecture may run that code where it is told to trust it.");
  if (config.quantization_config) notes.push("Its weights are quantized: whether an engine runs this quantization is not looked at here.");
  notes.push("By the name alone, and by the model type where an engine goes by that. `archtrack check config.json` follows each engine's load path.");
  return { names, type: typeof config.model_type === "string" ? config.model_type : "", notes, problem: "" };
}
// What an engine that goes by the model type of a config does with one; null where the name has to do.
function typed(column, type) {
  if (!column.types || !type) return null;
  const runs = column.types.includes(type);
  return { kind: runs ? "native" : "unsupported", because: runs ? `it runs model type ${type}` : `it has no module for model type ${type.slice(0, 100)}`, spans: [], span: null };
}
function coded(sentence) {
  return sentence.split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part));
}
// What a model's name stands for: its likeliest architectures, each a link to its row, and how it was found.
function modelLine(words, model) {
  const how = model.how === "exact" && model.readAs === null ? `exact: ${model.model}` : foundWords(model);
  const [before, after] = model.model && !byName.has(model.model) ? how.split(model.model) : [how];
  const several = model.candidates.length > 1 && model.how !== "model type";
  const ids = (count) => `${count} ${count === 1 ? "id" : "ids"}`;
  const more = model.others.slice(0, 3).map(([name, count]) => `${name} (${ids(count)})`);
  return make("p", {}, make("strong", {}, words.trim()), ": ",
    ...model.candidates.flatMap(({ architecture, type, ids: count }, at) => [at ? ", " : "",
      architecture === null ? `no known architecture, model type ${type}` : byName.has(architecture) ? make("a", { href: address(architecture) }, ...breakable(architecture)) : `${architecture}, which no engine registers`,
      several ? ` ${ids(count)}` : ""]),
    model.candidates.length ? " (" : "no architecture is known (", before, ...(after === undefined ? [] : [onHub(model.model), after]), more.length ? `; also ${more.join(", ")}` : "", ")");
}
function showVerdict(words) {
  const place = $("verdict"), found = asked(words), model = found || isConfig(words) ? null : meaning(words);
  place.hidden = !found && !model;
  place.replaceChildren(...(model ? [modelLine(words, model)] : []));
  if (!found) return;
  if (found.problem) place.append(make("p", {}, ...coded(found.problem)));
  for (const name of found.names) {
    const row = byName.get(name);
    place.append(make("h2", {}, row ? make("a", { href: address(name) }, name) : name.slice(0, 300)));
    if (!row) {
      place.append(make("p", {}, "No release that archtrack has read registers it, in any engine or in transformers."));
      place.append(...nearIt(name));
      continue;
    }
    const all = factsOf(row).found.map((each, at) => typed(columns[at], found.type) || each);
    place.append(make("ul", { class: "engines" }, ...columns.map((column, at) => make("li", {}, make("strong", {}, column.title), " ",
      make("span", { class: all[at].kind }, make("span", { "aria-hidden": "true" }, `${SIGNS[all[at].kind]} `), spoken(column, all[at])),
      all[at].because ? make("small", {}, all[at].because) : null, all[at].features ? make("small", {}, all[at].features) : null))));
  }
  for (const note of found.notes) place.append(make("p", { class: "note" }, ...coded(note)));
}
