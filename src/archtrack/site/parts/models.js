// From what people type to a model of the index: the same steps in the same order as core/models/lookup.py. What is
// known, the patterns and the numbers come from there (see model_data.py); tests/data/model-lookups.json is run by both.
const known = data.models;
const whole = {}, all = {};
for (const [name, pattern] of Object.entries(known ? known.patterns : {})) {
  whole[name] = new RegExp(`^(?:${pattern})$`, "u");
  all[name] = new RegExp(pattern, "gu");
}
const is = (name, words) => whole[name].test(words);
const pieces = (words) => words.match(all.piece) || [];
const parts = (words) => words.match(all.word) || [];
const letters = (words) => words.match(/[a-z]+/g) || [];
function start(words) {
  const most = known.numbers.longestName;
  return words.length > most ? [...words.slice(0, 2 * most)].slice(0, most).join("") : words;
}
const bare = (words) => words.slice(words.lastIndexOf("/") + 1);
const squashed = (name) => parts(start(name).toLowerCase()).join("");
const same = (some, others) => some.length === others.length && some.every((each, at) => each === others[at]);

// The parts of a name, as words_of in core/models/words.py.
function wordsOf(name) {
  const found = { family: [], sizes: [], roles: [], dates: [] };
  let copied = false;
  for (const piece of pieces(start(name).toLowerCase())) {
    const first = !found.family.length;
    if (!first && (is("copy", piece) || (copied && is("copied", piece)))) {
      copied = true;
      continue;
    }
    copied = false;
    const kind = first ? "family" : is("role", piece) ? "roles" : is("date", piece) ? "dates" : is("size", piece) ? "sizes" : "family";
    found[kind].push(...(kind === "family" ? parts(piece) : [piece]));
  }
  const raw = found.family, isMark = (word, at) => at > 0 && word === "v" && /^[0-9]/.test(raw[at + 1] || "");
  found.family = [], found.revised = new Set();
  raw.forEach((word, at) => (isMark(word, at) ? found.revised.add(found.family.length) : found.family.push(word)));
  return found;
}
const isVariant = (some, other) => same(some.family, other.family) && same(some.sizes, other.sizes);
const isCopy = (some, other) => isVariant(some, other) && same(some.roles, other.roles) && same(some.dates, other.dates);

// The models: read when the first name is looked up, each name cut up when it is first looked at.
let index = null;
function theIndex() {
  if (!index) {
    const kinds = known.kinds.map(([own, type, curated]) => ({ architectures: own.map((at) => known.names[at]), type: type < 0 ? null : known.names[type], curated: Boolean(curated) }));
    const models = known.owners.flatMap((told) => ownersModels(told, kinds));
    index = { models, words: null, own: null };
  }
  return index;
}
function ownersModels(told, kinds) {
  const [owner, ...names] = told.split(" ");
  let before = "", place = 0;
  return names.map((each) => {
    const [first, downloads] = each.split(","), [rest, kind] = first.split(":");
    before = before.slice(0, parseInt(rest[0], 36)) + rest.slice(1);
    if (kind) place = parseInt(kind, 36);
    const { architectures, type, curated } = kinds[place];
    return { id: `${owner}/${before}`, name: before.toLowerCase(), architectures, type, curated, downloads: downloads ? parseInt(downloads, 36) : 0, words: null };
  });
}
const cut = (model) => (model.words = model.words || wordsOf(model.name));
// So that the first keystroke finds everything as ready as the second; a little at a time, for nothing is to wait for it.
function readAhead(at = 0) {
  if (!known) return;
  const next = theIndex().models.slice(at, at + 1000);
  next.forEach((each) => {
    cut(each);
    each.squeezed = squashed(each.name);
  });
  if (next.length) setTimeout(() => readAhead(at + next.length));
  else corrected("");
}

// What a text stands for, by its spelling or with that corrected; null where nothing, or too little, is known.
function find(words) {
  const found = findPlainly(words, false);
  if (found) return found;
  const read = corrected(words);
  const again = read === null ? null : findPlainly(read, true);
  return again && { ...again, readAs: read };
}
function findPlainly(words, isCorrected) {
  const typed = words.trim(), own = typed.includes("/") ? idsLike(typed) : [];
  if (own.length) return answer("exact", own, []);
  const name = bare(typed), its = wordsOf(name);
  if (!isName(its.family)) return null;
  const wide = having([...its.family, ...its.sizes]).filter((each) => isVariant(cut(each), its));
  const squeezed = squashed(name), alike = wide.filter((each) => squashed(each.name) === squeezed);
  if (alike.length) return answer(typed.includes("/") ? "copy of" : "exact", alike, wide);
  const copies = wide.filter((each) => isCopy(each.words, its));
  if (copies.length) return answer("copy of", copies, wide);
  if (wide.length) return answer("variant of", wide, wide);
  const found = ofFamily(its, isCorrected);
  return found && found.candidates.length > 1 && typed.includes("/") ? null : found; // an id is one checkpoint
}
// The id itself, else the ids that differ from a text in capitals alone.
function idsLike(typed) {
  const { models } = theIndex(), itself = models.filter((each) => each.id === typed), small = typed.toLowerCase();
  return itself.length ? itself : models.filter((each) => each.id.toLowerCase() === small);
}
// Whether the words are those of a family: a word of two letters, or a letter with a number behind it.
const isName = (family) => family.some((word) => /^[a-z]{2,}$/.test(word)) || (family.length > 1 && /^[a-z]+$/.test(family[0]));
// The architectures of models, and of their variants those that are not rare. If curated sources name some of the
// models of that very name, the others have no say: they may be another layout of the same weights.
function answer(how, models, wide) {
  const { seenToo, most } = known.numbers, isVariants = how === "variant of";
  const curated = how === "exact" ? models.filter((each) => each.curated) : [], total = Math.max(wide.length, models.length);
  const chosen = curated.length ? curated : models, own = counted(chosen), seen = counted(wide);
  const likely = ranked(own).filter((name) => !isVariants || own.get(name) >= seenToo * total);
  if (!curated.length) likely.push(...ranked(seen).filter((name) => !own.has(name) && seen.get(name) >= seenToo * total));
  if (!likely.length) return null;
  const counts = seen.size ? seen : counted(models), given = likely.slice(0, most);
  return { how, model: bestKnown(chosen, how === "copy of").id, candidates: given.map((each) => candidate(each, counts, [...models, ...wide])), others: others(counts, given), ids: total, readAs: null };
}
// The architectures of a family: of its own name, of what begins so, of what has it inside, of its beginning.
function ofFamily(its, isCorrected) {
  const { most, often, part } = known.numbers;
  const told = (given, counts, models) => ({ how: "family", model: null, candidates: given.map((each) => candidate(each, counts, models)), others: others(counts, given), ids: models.length, readAs: null });
  let few = null;
  for (const [level, found] of levels(its.family)) {
    const isPartly = known.partly.includes(level);
    if (!found.length || (isCorrected && isPartly)) continue;
    const sized = found.filter((each) => its.sizes.every((size) => each.words.sizes.includes(size)));
    if (!sized.length && level !== "next") continue;
    const [share, least, wellKnown] = sized.length ? known.rules[level] : known.otherSize;
    const every = sized.length ? sized : found, named = every.filter((each) => each.architectures.length);
    const models = named.length ? named : every, counts = counted(models), total = models.length;
    const likely = ranked(counts).slice(0, most);
    if (!likely.length || (known.loose.includes(level) && total < least)) continue;
    const second = likely.length > 1 ? counts.get(likely[1]) : 0;
    if (counts.get(likely[0]) >= share * total && second <= (1 - share) * total) {
      if (total >= (models.some((each) => each.curated || each.downloads >= often) ? wellKnown : least)) return told(likely.slice(0, 1), counts, models);
      if (!few && sized.length && total >= (known.sure[level] || Infinity)) few = told(likely.slice(0, 1), counts, models);
    } else if (!sized.length) {
      continue;
    } else if (isPartly && likely.reduce((sum, each) => sum + counts.get(each), 0) < part * total) {
      return few;
    } else if (likely.length > 1 && !known.oneWord.includes(level)) {
      return told(likely, counts, models);
    }
  }
  return few;
}
// The models in whose names some words stand: cutting names up costs more than to look for these.
function having(words) {
  let found = theIndex().models;
  for (const word of [...new Set(words)].sort((a, b) => b.length - a.length)) found = found.filter((each) => each.name.includes(word));
  return found;
}
// The models of a family, from those that are surely of it to those that may be.
function* levels(family) {
  const begins = (each, words) => words.every((word, at) => each.words.family[at] === word);
  const like = having(family);
  like.forEach(cut);
  const begun = like.filter((each) => begins(each, family)), rest = (each) => each.words.family.slice(family.length);
  const versions = (words) => words.every((word) => is("version", word));
  yield ["same", begun.filter((each) => !rest(each).length || same(rest(each), ["hf"]))];
  yield ["revision", begun.filter((each) => !rest(each).length || ((each.words.revised.has(family.length) || rest(each)[0] === "hf") && versions(rest(each))))];
  yield ["generation", begun.filter((each) => versions(rest(each)))];
  yield ["beginning", begun.filter((each) => rest(each).length && !/^[0-9]+$/.test(rest(each)[0]))];
  yield ["next", begun];
  yield [family.length === 1 ? "word" : "inside", like.filter((each) => each.words.family.some((_, at) => at && same(each.words.family.slice(at, at + family.length), family)))];
  for (let shorter = Math.min(family.length - 1, known.numbers.longestPart); shorter > 0; shorter -= 1) {
    const part = family.slice(0, shorter);
    if (!part.some((word) => /^[a-z]{2,}$/.test(word))) return;
    const of = having(part);
    of.forEach(cut);
    yield [shorter > 1 ? "part" : "first", of.filter((each) => begins(each, part))];
  }
}
function countOf(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) || 0) + 1);
  return counts;
}
// null stands for a model of which only the model type is known.
const counted = (models) => countOf(models.flatMap((each) => (each.architectures.length ? each.architectures : each.type === null ? [] : [null])));
// The most frequent first, those that are even by code point; null only where nothing else is there.
function ranked(counts) {
  const named = [...counts.keys()].filter((each) => each !== null);
  return named.length ? named.sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1)) : [...counts.keys()];
}
const others = (counts, given) => ranked(counts).filter((each) => each !== null && !given.includes(each)).map((each) => [each, counts.get(each)]);
function candidate(architecture, counts, models) {
  const own = models.filter((each) => (each.architectures.length ? each.architectures.includes(architecture) : architecture === null));
  const [type] = ranked(countOf(own.map((each) => each.type).filter((each) => each !== null)));
  return { architecture, type: type === undefined ? null : type, ids: counts.get(architecture) || 0 };
}
function bestKnown(models, isShortest) {
  const longer = (some, other) => (isShortest ? bare(other.id).length - bare(some.id).length : 0);
  return models.reduce((best, each) => ((best.curated - each.curated || longer(best, each) || best.downloads - each.downloads || (best.id < each.id ? 1 : -1)) >= 0 ? best : each));
}

// The text with each unknown word in place of which there is a likely one; null where that changes nothing.
function corrected(words) {
  const { letters: [shortest], mostSlips, ownWords } = known.numbers;
  const name = start(bare(words.trim()).toLowerCase()), found = theIndex();
  if (!found.words) {
    found.words = countOf(found.models.flatMap((each) => letters(each.name)));
    found.own = [...found.words].filter(([word, often]) => often >= ownWords && word.length >= shortest);
  }
  const unknown = [...new Set(letters(name))].filter((word) => word.length >= shortest && (found.words.get(word) || 0) < ownWords);
  if (unknown.length > mostSlips) return null;
  const slips = new Map(unknown.map((word) => [word, meantBy(word, found.own)]).filter(([, near]) => near !== null));
  return slips.size ? name.replace(/[a-z]+/g, (word) => slips.get(word) || word) : null;
}
function meantBy(word, own) {
  const most = word.length >= known.numbers.letters[1] ? 2 : 1;
  let best = null;
  for (const [each, often] of own) {
    if (each[0] !== word[0]) continue;
    const distance = slipsBetween(word, each, most);
    if (distance > most) continue;
    if (!best || (distance - best.distance || best.often - often || (each < best.each ? -1 : 1)) < 0) best = { distance, often, each };
  }
  return best && best.each;
}
// How many slips lie between two words: a letter too many, too few, wrong, or two swapped (optimal string alignment);
// more than the most where there are more. The other word is of ASCII.
function slipsBetween(some, other, most) {
  if (Math.abs(some.length - other.length) > 2 * most) return most + 1; // a letter may have two code units
  const a = [...some], b = [...other];
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let older = [], before = b.map((_, at) => at);
  before.push(b.length);
  for (let i = 1; i <= a.length; i += 1) {
    const now = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      let found = Math.min(before[j] + 1, now[j - 1] + 1, before[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) found = Math.min(found, older[j - 2] + 1);
      now.push(found);
      least = Math.min(least, found);
    }
    if (least > most + 1) return most + 1;
    [older, before] = [before, now];
  }
  return before[b.length];
}

// What a text stands for, as open_targets in hub/targets.py and Names in app/names.py have it where the Hub is not asked;
// null for an architecture, and where nothing is known. The last one is kept: a keystroke asks more than once.
let asking = null;
function meaning(words) {
  const typed = words.trim();
  if (!asking || asking.typed !== typed) asking = { typed, found: meant(typed) };
  return asking.found;
}
function meant(words) {
  if (!known || words.length > known.numbers.longest || byName.has(words)) return null;
  const type = Object.hasOwn(known.types, words) ? known.types[words] : null;
  if (type && type.length) return ofType(words);
  const name = modelNamed(words), model = name === null ? null : modelOf(name);
  return model || (type && ofType(words));
}
function ofType(type) {
  const candidates = known.types[type].map((at) => ({ architecture: known.names[at], type, ids: 0 }));
  return { how: "model type", model: null, candidates, others: [], ids: 0, readAs: null };
}
// What a text stands for that no registry has: a misspelled architecture, or a model.
function modelOf(name) {
  const joined = name.replace(all.between, ""), small = joined.toLowerCase();
  if (!is("class", joined) && !rows.some((row) => row[NAME].toLowerCase() === small)) {
    return is("model", name) && !isEngine(name) ? find(name) : null;
  }
  const near = misspelled(joined);
  return near && { how: "spelling of", model: near, candidates: [{ architecture: near, type: null, ids: 0 }], others: [], ids: 0, readAs: near };
}
const isEngine = (name) => name in data.unread || engines.some((engine) => engine.name === name);
function misspelled(name) {
  const digits = (words) => (words.match(/[0-9]+/g) || []).join(" "), own = digits(name), small = name.toLowerCase();
  let best = known.numbers.slips + 1, near = [];
  for (const [each] of rows) {
    const distance = digits(each) === own ? slipsBetween(small, each.toLowerCase(), known.numbers.slips) : best + 1;
    if (distance < best) near = [];
    best = Math.min(best, distance);
    if (distance === best && best <= known.numbers.slips) near.push(each);
  }
  if (new Set(near.map((each) => each.toLowerCase())).size !== 1) return null;
  const apart = (each) => slipsBetween(name, each, Math.max(name.length, each.length));
  return near.reduce((one, other) => ((apart(one) - apart(other) || (one < other ? -1 : 1)) < 0 ? one : other));
}
// The id in an address of the Hub, else the text itself; null for a path, and for the address of what is no model.
function modelNamed(words) {
  const plainly = /^[./~]|\.(json|gguf|safetensors)$/.test(words) ? null : words;
  const repository = plainly && whole.repository.exec(words);
  if (repository) return repository.groups.id;
  if (known.hosts.some((host) => words.startsWith(`${host}/`))) words = `https://${words}`;
  const address = /^https?:\/\/(?:[^/?#]*@)?([^/?#@:]*)(?::(\d*))?(?:$|[/?#])/.exec(words);
  if (!address || !known.hosts.includes(address[1].toLowerCase()) || Number(address[2] || 0) > 65535) return plainly;
  const path = words.replace(/^https?:\/\/[^/?#]*/, "").replace(/[?#].*/s, "").split("/").filter(Boolean);
  if (path.length > 1) path[1] = path[1].replace(/:.*/s, ""); // `hf.co/OWNER/NAME:Q4_K_M`, as Ollama writes it
  if (path.length < 2 || !is("repository", path.slice(0, 2).join("/"))) return plainly;
  if (known.withoutModels.includes(path[0])) return null;
  if (path.length > 3 && known.withRevision.includes(path[2]) && !is("revision", path[3])) return plainly;
  return path.slice(0, 2).join("/");
}
