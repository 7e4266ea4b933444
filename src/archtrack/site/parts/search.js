// What a text leads to: models and architectures together, models first, each with how it was found.
const MOST_MODELS = 5, MOST_ARCHITECTURES = 6;

// {words, engines}: "gpt-oss on SGLang" asks of one engine.
function parsed(typed) {
  const found = /^(.*\S)\s+(?:on|in)\s+(\S.*)$/i.exec(typed), engine = found && engineCalled(found[2].trim());
  return engine ? { words: found[1], engines: [engine.name] } : { words: typed, engines: [] };
}
// [{architecture, model, type, how}], the likeliest first; an architecture that nobody knows is null.
function resultsFor(typed) {
  const words = typed.trim(), results = [];
  const add = (architecture, model, type, how) => {
    if (!results.some((each) => each.architecture === architecture && each.model === model)) results.push({ architecture, model, type, how });
  };
  if (!words) return results;
  if (byName.has(words)) add(words, null, null, "an architecture");
  const meant = meaning(words), models = known ? modelsCalled(words) : [];
  for (const each of meant ? meant.candidates : []) {
    const own = bestOf(each, meant, models);
    add(each.architecture, own, each.type, howFound(meant, each));
  }
  for (const each of models.slice(0, MOST_MODELS)) add(each.architectures[0] ?? null, each.id, each.type, "found by its name");
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
const isMarked = (name) => pieces(start(bare(name)).toLowerCase()).slice(1).some((piece) => is("copy", piece));
// The models in whose names all words stand: as written first, then what people download most.
function modelsCalled(words) {
  const asked = words.toLowerCase().split(/[\s/:_-]+/).filter(Boolean), squeezed = squashed(bare(words));
  if (!asked.length || squeezed.length < 2) return [];
  const owner = words.includes("/") ? words.slice(0, words.lastIndexOf("/")).toLowerCase() : "";
  const found = theIndex().models.filter((each) => asked.every((word) => each.name.includes(word) || (owner && each.id.toLowerCase().includes(word))));
  const begins = (each) => {
    each.squeezed = each.squeezed || squashed(each.name);
    return each.squeezed === squeezed ? 2 : each.squeezed.startsWith(squeezed) ? 1 : 0;
  };
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
