// Which rows, and in which order: values in, rows out.
const plain = (words) => words.toLowerCase().replace(/[^\p{L}\p{N}/]+/gu, "");
const haystacks = new Map(rows.map((row) => [row, `${plain(row[NAME])} ${plain(row[EXAMPLE] || "")}`]));
// An engine's name cannot begin with a dot, so none is taken for one of these.
const ORDERS = { ".most": "most engines first", ".name": "name", ".newest": "newest first", ".category": "category" };
const RANKS = ["native", "unimportable", "fallback", "gone", "refused", "remote code", "unknown", "unsupported", "missing"];
const ANYTHING = { q: "", category: "", engine: "", status: "", without: "", sort: ".most", down: "" };

const isConfig = (words) => /^\s*[{[]/.test(words);
const columnOf = (name) => columns.find((column) => column.name === name);
const kindIn = (row, column) => factsOf(row).found[columns.indexOf(column)].kind;

function chosen(wanted) {
  const pasted = isConfig(wanted.q) ? new Set(asked(wanted.q).names) : null;
  if (pasted && pasted.size) return ordered(wanted).filter((row) => pasted.has(row[NAME]));
  const words = pasted ? [] : wanted.q.split(/\s+/).filter(Boolean).map(plain);
  const inside = columnOf(wanted.engine), outside = columnOf(wanted.without);
  let named = (row) => words.every((word) => word && haystacks.get(row).includes(word));
  const model = words.length && !rows.some(named) ? meaning(wanted.q) : null;
  if (model) named = (row) => model.candidates.some((each) => each.architecture === row[NAME]);
  return ordered(wanted).filter((row) => {
    if (!named(row)) return false;
    if (wanted.category && row[CATEGORY] !== wanted.category) return false;
    if (inside && !fits(kindIn(row, inside), wanted.status)) return false;
    if (!inside && wanted.status && !columns.some((column) => !column.library && fits(kindIn(row, column), wanted.status))) return false;
    return !(outside && mayBeNative(kindIn(row, outside), outside));
  });
}
// Without a status: whatever there is to say of it.
function fits(kind, status) {
  if (status === "runs") return kind === "native" || kind === "fallback";
  return status ? kind === status : kind !== "unsupported" && kind !== "missing";
}
// What is not known is not taken for a no.
const mayBeNative = (kind, column) => kind === "native" || (kind === "unknown" && Boolean(column.doubtful));

// All rows in an order, sorted when it is first asked for: a keystroke only filters.
const orders = new Map();
function ordered({ sort, down }) {
  const key = `${sort} ${down}`;
  if (!orders.has(key)) orders.set(key, sorted(sort, down));
  return orders.get(key);
}
function sorted(sort, down) {
  const before = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const column = columnOf(sort);
  const compare = column ? (a, b) => before(rank(a, column), rank(b, column)) : {
    ".name": () => 0,
    ".most": (a, b) => factsOf(b).natives - factsOf(a).natives || factsOf(b).others - factsOf(a).others,
    ".newest": (a, b) => before(factsOf(b).first, factsOf(a).first),
    ".category": (a, b) => before(a[CATEGORY], b[CATEGORY]),
  }[sort] || (() => 0);
  const found = rows.slice().sort((a, b) => compare(a, b) || before(a[NAME], b[NAME]));
  return down ? found.reverse() : found;
}
// The natives of a column first; the newest at the top, of what is gone the last to go.
function rank(row, column) {
  const found = factsOf(row).found[columns.indexOf(column)];
  const place = found.span ? 9999 - found.span[found.kind === "gone" ? LAST : FIRST] : 9999;
  return `${RANKS.indexOf(found.kind)}${String(place).padStart(5, "0")}`;
}
// Names like one that is not known: those that share most pairs of letters with it.
const pairs = (words) => new Set(Array.from({ length: Math.max(words.length - 1, 0) }, (_, at) => words.slice(at, at + 2)));
const ownPairs = new Map();
function near(name) {
  const asked = pairs(plain(name).slice(0, 200));
  const scored = rows.map((row) => {
    if (!ownPairs.has(row)) ownPairs.set(row, pairs(plain(row[NAME])));
    const own = ownPairs.get(row);
    let shared = 0;
    for (const pair of asked) if (own.has(pair)) shared += 1;
    return [(2 * shared) / (asked.size + own.size || 1), row[NAME]];
  });
  return scored.filter(([score]) => score > 0.6).sort((a, b) => b[0] - a[0]).slice(0, 5).map(([, found]) => found);
}
