// What the page was made of (see page_data.py), and what it says of a row in a column.
const data = JSON.parse(document.getElementById("data").textContent);
const NAME = 0, CATEGORY = 1, BY = 2, EXAMPLE = 3, CELLS = 4;
const KIND = 0, BECAUSE = 1, SPANS = 2, LACKS = 3, FEATURES = 4, FIX = 5, KEY = 6;
const FIRST = 0, LAST = 1, FIRST_EXACT = 2, LAST_EXACT = 3, STATES = 4;
const SIGNS = { native: "✓", fallback: "↪", refused: "✗", gone: "†", unsupported: "–", unknown: "?", unimportable: "⚠", "remote code": "⚑", missing: "" };
const PLAIN = { native: "native", fallback: "fallback", refused: "refused", gone: "gone", unsupported: "not supported",
  unknown: "not known", unimportable: "cannot be imported", "remote code": "by the model's own code", missing: "no row" };
// What each of these means, where nothing more is said.
const MEANS = { native: "", fallback: "its Transformers backend runs it", refused: "its Transformers backend turns it away",
  gone: "an older release had it", unsupported: "no release has it", unknown: "", unimportable: "registered, but its module cannot be imported",
  "remote code": "only the code in the model's repository can tell", missing: "" };

const engines = data.engines.map((engine, place) => ({ ...engine, place }));
// What a document says is a column before those of the engines; its cells stand behind theirs.
const documented = data.tracked && { name: ".document", title: data.tracked.title, place: engines.length, document: true };
const columns = documented ? [documented, ...engines] : engines;
const rows = data.rows;
const byName = new Map(rows.map((row) => [row[NAME], row]));
const text = (place) => (place < 0 ? "" : data.texts[place]);
const version = (engine, release) => engine.releases[release][0];
const date = (engine, release) => engine.releases[release][1];

// How a row stands in a column: its kind, why, what helps, the spans, and the one that the kind rests on.
const NOTHING = { because: "", fix: "", spans: [], span: null, lacks: [], features: [], key: "" };
function standing(row, column) {
  const cell = row[CELLS][column.place], named = (words) => words.replaceAll("\ue000", () => row[NAME]);
  if (column.document) {
    const own = row[CELLS + 1];
    if (!own) return { ...NOTHING, kind: "missing" };
    return { ...NOTHING, kind: data.kinds[own[0]], because: text(own[1]), file: text(own[2]), at: text(own[3]), address: text(own[4]) };
  }
  if (!cell) return { ...NOTHING, kind: column.empty ? "unknown" : "unsupported", because: column.empty || "" };
  const spans = cell[SPANS], span = spans.length ? spans[spans.length - 1] : null;
  return { kind: data.kinds[cell[KIND]], because: named(text(cell[BECAUSE])), fix: named(text(cell[FIX] ?? -1)), spans, span, key: text(cell[KEY] ?? -1),
    lacks: cell[LACKS] >= 0 ? data.lacks[cell[LACKS]].map((place) => data.features[place]) : [], features: (cell[FEATURES] || []).map((each) => featureOf(each, span)) };
}
// A feature of a cell: its name, what people call it, and the release since which it is there.
function featureOf(told, span) {
  const [place, first, exact] = Array.isArray(told) ? told : [told, span[FIRST], span[FIRST_EXACT]];
  return { name: data.features[place][0], title: data.features[place][1], first, exact: Boolean(exact) };
}
function since(column, span) {
  return (span[FIRST_EXACT] ? "" : "≤") + version(column, span[FIRST]);
}
function untilOf(column, span) {
  return span[LAST] < 0 ? "" : (span[LAST_EXACT] ? "" : "≥") + version(column, span[LAST]);
}
// The release in a cell: since when, or the last one that had it.
function release(column, found) {
  if (!found.span) return "";
  if (found.kind === "native") return since(column, found.span);
  return found.kind === "gone" ? untilOf(column, found.span) : "";
}
function spoken(column, found) {
  const named = release(column, found);
  if (found.kind === "native" && named) return `${column.library ? "public" : "native"} since ${named}`;
  if (found.kind === "gone" && named) return `gone, last in ${named}`;
  return PLAIN[found.kind];
}
// The day of the newest release of any engine, as `archtrack --version` has it: what "lately" counts from.
const newestDay = engines.flatMap((engine) => engine.releases.map(([, day]) => day || "")).reduce((a, b) => (a > b ? a : b), "");
const daysBefore = (day, count) => new Date(Date.parse(day) - count * 86400000).toISOString().slice(0, 10);
// The day of a release, else that of the nearest dated one before it (-1) or after it (1): a time line needs one.
function dayNear(engine, place, step) {
  for (let at = place; at >= 0 && at < engine.releases.length; at += step) if (date(engine, at)) return Date.parse(date(engine, at));
  return NaN;
}
// The day of the release in a cell, or null.
function dayOf(column, found) {
  return found.kind === "native" && found.span ? date(column, found.span[FIRST]) : null;
}
// What a row shows is worked out once, when it is first asked for.
const facts = new Map();
function factsOf(row) {
  let known = facts.get(row);
  if (!known) {
    const found = columns.map((column) => standing(row, column));
    const own = engines.filter((engine) => !engine.library && !engine.empty).map((engine) => found[columns.indexOf(engine)]);
    const days = engines.filter((engine) => !engine.library).flatMap((engine) => found[columns.indexOf(engine)].spans.map((span) => date(engine, span[FIRST]))).filter(Boolean);
    known = {
      found,
      natives: own.filter((each) => each.kind === "native").length,
      others: own.filter((each) => each.kind === "fallback").length,
      first: days.length ? days.reduce((a, b) => (a < b ? a : b)) : "",
    };
    facts.set(row, known);
  }
  return known;
}
