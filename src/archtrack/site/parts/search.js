// What a text leads to: models and architectures together, models first, each with how it was found.
const MOST_MODELS = 5, MOST_ARCHITECTURES = 6, LONGEST = 200;

// {words, engines, awaited}: "gpt-oss on SGLang", "does vLLM run GLM 4.6 with LoRA?" and "ollama run qwen3:8b" ask of some.
function parsed(typed) {
  const all = { words: typed, engines: [], awaited: "" };
  if (typed.length > LONGEST) return all;
  const words = typed.trim().replace(/\s*\?$/, "").split(/\s+/), small = words.map((word) => word.toLowerCase());
  const verb = small.findIndex((word, at) => at && at < words.length - 1 && ["run", "runs", "serve", "support", "supports", "pull"].includes(word));
  const asks = ["does", "can", "will"].includes(small[0]) ? 1 : 0;
  const own = verb > asks ? named(words.slice(asks, verb).join(" ")) : null;
  const rest = withoutFeature(own ? words.slice(verb + 1) : words);
  const at = own ? -1 : rest.map((word) => word.toLowerCase()).findLastIndex((word, place) => place && ["on", "in", "for", "with"].includes(word));
  const other = at > 0 ? named(rest.slice(at + 1).join(" ")) : null;
  if (!own && !other) return rest.length < words.length ? { ...all, words: rest.join(" ") } : all;
  return { ...(own || other), words: other ? rest.slice(0, at).join(" ") : rest.join(" ") };
}
// The engines of these words; null where they name none.
function named(words) {
  const found = enginesCalled(words).map((engine) => engine.name), awaited = Object.keys(data.unread).find((name) => plain(name) === plain(words)) || "";
  return found.length || awaited ? { engines: found, awaited } : null;
}
// Without "with LoRA" at the end: the tiles say which features there are.
function withoutFeature(words) {
  const at = words.map((word) => word.toLowerCase()).lastIndexOf("with"), last = plain(words.slice(at + 1).join(""));
  return at > 0 && data.features.some(([name, title]) => [name, title].some((each) => plain(each) === last)) ? words.slice(0, at) : words;
}
// [{architecture, model, type, how}], the likeliest first; an architecture that nobody knows is null.
function resultsFor(typed) {
  const words = typed.trim().replace(/([-_.](I?Q\d\w*|B?F16|F32))?\.(gguf|safetensors)$/i, ""), results = [];
  const add = (architecture, model, type, how) => {
    if (!results.some((each) => each.architecture === architecture && each.model === model)) results.push({ architecture, model, type, how });
  };
  if (!words || words.length > LONGEST) return results;
  if (byName.has(words)) add(words, null, null, "an architecture");
  const meant = meaning(words), models = known ? modelsCalled(words) : [];
  for (const each of meant ? meant.candidates : []) {
    const own = bestOf(each, meant, models);
    add(each.architecture, own, each.type, howFound(meant, each));
  }
  for (const each of models.slice(0, MOST_MODELS)) add(each.architectures[0] ?? null, each.id, each.type, "found by its name");
  const isVague = (each) => each.architecture === null && !(meant && meant.model === each.model);
  results.sort((a, b) => isVague(a) - isVague(b)); // of which only the type is known: behind the others
  const alike = ordered(".most").filter((row) => holds(row, wordsIn(words)));
  for (const row of alike.slice(0, MOST_ARCHITECTURES)) add(row[NAME], null, null, "found by its name");
  return results;
}
// How a name was found, in words.
function howFound({ how, model, ids, readAs }, candidate) {
  const read = readAs === null ? "" : `read as “${readAs}”`;
  const told = { exact: "a known model", "copy of": `a copy of ${model}`, "variant of": `a variant of ${model}`, "model type": "found by its model type", family: `${candidate.ids} of ${plural(ids, "known model")} of this family` }[how];
  return [read, told].filter(Boolean).join(", ");
}
// Whether a name has the mark of a copy, of a quantisation or of a format, as is_copy in core/models/words.py.
const isMarked = (name) => known !== null && pieces(start(bare(name)).toLowerCase()).slice(1).some((piece) => is("copy", piece));
// The models in whose names all words stand: as written first, then what people download most.
function modelsCalled(words) {
  const asked = words.toLowerCase().split(/[\s/:_-]+/).filter(Boolean), squeezed = squashed(bare(words));
  if (!asked.length || squeezed.length < 2) return [];
  const owner = words.includes("/") ? words.slice(0, words.lastIndexOf("/")).toLowerCase() : "";
  const every = theIndex().models, squeeze = (each) => (each.squeezed = each.squeezed || squashed(each.name));
  const holding = every.filter((each) => asked.every((word) => each.name.includes(word) || (owner && each.id.toLowerCase().includes(word))));
  const found = holding.length || squeezed.length < 5 ? holding : every.filter((each) => squeeze(each).includes(squeezed));
  const begins = (each) => (squeeze(each) === squeezed ? 2 : each.squeezed.startsWith(squeezed) ? 1 : 0);
  const scored = found.map((each) => [each, begins(each)]);
  return scored.sort(([a, one], [b, other]) => other - one || b.downloads - a.downloads || b.curated - a.curated || a.name.length - b.name.length || (a.id < b.id ? -1 : 1)).map(([each]) => each);
}
// The model that stands for an architecture which a name may have; null where none is known.
function bestOf(candidate, meant, models) {
  const has = (each) => (candidate.architecture === null ? !each.architectures.length : each.architectures.includes(candidate.architecture));
  const itself = meant.model && theIndex().models.find((each) => each.id === meant.model);
  if (itself && has(itself)) return itself.id;
  if (meant.how === "model type" || meant.how === "spelling of") return null;
  const read = meant.readAs === null ? models : modelsCalled(meant.readAs);
  return (read.find(has) || { id: null }).id;
}
