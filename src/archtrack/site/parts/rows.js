// Which rows, and in which order: values in, rows out.
const plain = (words) => words.toLowerCase().replace(/[^\p{L}\p{N}/]+/gu, "");
const haystacks = new Map(rows.map((row) => [row, `${plain(row[NAME])} ${plain(row[EXAMPLE] || "")}`]));
// A config, or a part of one that somebody copied.
const isConfig = (words) => /^\s*[{[]/.test(words) || /"(architectures|model_type)"\s*:/.test(words.slice(0, 100000));
const RUNS = ["native", "fallback"];
const RANKS = ["native", "unimportable", "fallback", "gone", "refused", "remote code", "unknown", "unsupported", "missing"];
// An engine's name cannot begin with a dot, so none is taken for one of these.
const ORDERS = { ".most": "most engines first", ".newest": "newest first", ".name": "by name" };
const KINDS = { text: "text", embedding: "embedding", multimodal: "multimodal" };

const foundIn = (row, column) => factsOf(row).found[columns.indexOf(column)];
// What is not known is not taken for a no.
const mayRun = (found, column) => RUNS.includes(found.kind) || (found.kind === "unknown" && Boolean(column.doubtful));
const holds = (row, words) => words.every((word) => word && haystacks.get(row).includes(word));
const wordsIn = (typed) => typed.split(/\s+/).filter(Boolean).map(plain);

// The names that some model has, a known one or an example.
let namedRows = null;
function isNamed(row) {
  namedRows = namedRows || new Set([...(known ? known.kinds.flatMap(([own]) => own.map((at) => known.names[at])) : []), ...rows.filter((each) => each[EXAMPLE]).map((each) => each[NAME])]);
  return namedRows.has(row[NAME]);
}
// Whether an engine has it, or had it, or a document names it: by its name, or by its model type where a model has both.
// What is left is of transformers alone, or a class that no config names.
function hasEngine(row) {
  const has = (column) => !column.library && (foundIn(row, column).spans.length || foundIn(row, column).kind === "native");
  return Boolean(row[CELLS + 1]) || columns.some((column) => !column.document && has(column) && (column.key === "architecture" || isNamed(row)));
}

// The filters of the list: on, not and with are lists of names, since a day, all and unnamed switches.
const FILTERS = { q: "", on: [], not: [], with: [], since: "", kind: "", all: "", unnamed: "", sort: ".most" };
function filtersFrom(given) {
  const several = (key, those) => [...new Set((given.get(key) || "").split(","))].filter((each) => those(each));
  const isColumn = (name) => byEngine.has(name);
  const one = (key, those) => (Object.hasOwn(those, given.get(key) || "") ? given.get(key) : "");
  return {
    q: (given.get("q") || "").slice(0, 200), on: several("on", isColumn), not: several("not", isColumn),
    with: several("with", (name) => data.features.some(([each]) => each === name)),
    since: /^\d{4}-\d{2}-\d{2}$/.test(given.get("since") || "") ? given.get("since") : "",
    kind: one("kind", KINDS), all: given.get("all") ? "1" : "", unnamed: given.get("unnamed") ? "1" : "",
    sort: byEngine.has(given.get("sort")) ? given.get("sort") : one("sort", ORDERS) || FILTERS.sort,
  };
}
function matching(filters) {
  const [on, not] = [filters.on, filters.not].map((names) => names.map((name) => byEngine.get(name)));
  const asked = on.length ? on : columns.filter((column) => !column.library);
  const words = wordsIn(filters.q);
  return ordered(filters.sort).filter((row) => {
    if (!holds(row, words) || (filters.kind && row[CATEGORY] !== filters.kind)) return false;
    if (!hasEngine(row) && !(isNamed(row) ? filters.all : filters.unnamed)) return false;
    if (!on.every((column) => RUNS.includes(foundIn(row, column).kind))) return false;
    if (not.some((column) => mayRun(foundIn(row, column), column))) return false;
    const has = (column, name) => foundIn(row, column).features.some((each) => each.name === name);
    if (!filters.with.every((name) => (on.length ? on.every((column) => has(column, name)) : asked.some((column) => has(column, name))))) return false;
    return !filters.since || asked.some((column) => (dayOf(column, foundIn(row, column)) || "") >= filters.since);
  });
}
// All rows in an order, sorted when it is first asked for: a keystroke only filters.
const orders = new Map();
function ordered(sort) {
  if (!orders.has(sort)) {
    const before = (a, b) => (a < b ? -1 : a > b ? 1 : 0), column = byEngine.get(sort);
    const compare = column ? (a, b) => before(rank(a, column), rank(b, column)) : {
      ".name": () => 0,
      ".most": (a, b) => factsOf(b).natives - factsOf(a).natives || factsOf(b).others - factsOf(a).others,
      ".newest": (a, b) => before(factsOf(b).first, factsOf(a).first),
    }[sort];
    orders.set(sort, rows.slice().sort((a, b) => compare(a, b) || before(a[NAME], b[NAME])));
  }
  return orders.get(sort);
}
// The natives of a column first; the newest at the top, of what is gone the last to go.
function rank(row, column) {
  const found = foundIn(row, column);
  const place = found.span ? 9999 - found.span[found.kind === "gone" ? LAST : FIRST] : 9999;
  return `${RANKS.indexOf(found.kind)}${String(place).padStart(5, "0")}`;
}
// Whether the spans are those of the architecture itself: not of one that it is made of, and of a type whose models have it.
const isOwn = (row, engine) => (engine.key === "architecture" ? !foundIn(row, engine).key : isNamed(row));
// What came to an engine, and what went, with each release: [{place, came, went}], newest first; each a name, and whether
// it came or went with that very release and not with one before it that could not be read.
const changesOf = new Map();
function changes(engine) {
  if (!changesOf.has(engine)) {
    const found = engine.releases.map((_, place) => ({ place, came: [], went: [] }));
    for (const row of rows.filter((each) => isOwn(each, engine))) {
      for (const span of foundIn(row, engine).spans) {
        if (span[FIRST] > 0) found[span[FIRST]].came.push([row[NAME], span[FIRST_EXACT]]);
        if (span[LAST] >= 0 && span[LAST] + 1 < found.length) found[span[LAST] + 1].went.push([row[NAME], span[LAST_EXACT]]);
      }
    }
    changesOf.set(engine, found.reverse());
  }
  return changesOf.get(engine);
}
// Names like one that is not known: those that share most pairs of letters with it.
const pairs = (words) => new Set(Array.from({ length: Math.max(words.length - 1, 0) }, (_, at) => words.slice(at, at + 2)));
const ownPairs = new Map();
function near(name, most = 5) {
  const asked = pairs(plain(name).slice(0, 200));
  const scored = rows.map((row) => {
    if (!ownPairs.has(row)) ownPairs.set(row, pairs(plain(row[NAME])));
    const own = ownPairs.get(row);
    let shared = 0;
    for (const pair of asked) if (own.has(pair)) shared += 1;
    return [(2 * shared) / (asked.size + own.size || 1), row[NAME]];
  });
  return scored.filter(([score, each]) => score > 0.6 && each !== name).sort((a, b) => b[0] - a[0]).slice(0, most).map(([, found]) => found);
}
// The paragraph that leads to names like one that is not known; nothing where there are none.
function nearIt(name) {
  const found = near(name);
  return found.length ? [make("p", {}, "Did you mean ", found.flatMap((each, at) => [at ? ", " : "", toArchitecture(each)]), "?")] : [];
}
