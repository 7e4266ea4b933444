// Taking it along: the rows that are listed, as Markdown, CSV and JSON.
const escaped = (words) => words.replace(/[\\|<>`*_[\]~&#]/g, "\\$&").replace(/\s+/g, " ");
const markdownTable = (titles, body) => [titles, titles.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n") + "\n";

function listMarkdown(found) {
  return markdownTable(["Architecture", "Category", ...columns.map((column) => escaped(column.title))], found.map((row) => [escaped(row[NAME]), row[CATEGORY],
    ...columns.map((column, at) => `${SIGNS[factsOf(row).found[at].kind]} ${release(column, factsOf(row).found[at])}`.trim())]));
}
function detailMarkdown(row) {
  const body = columns.map((column, at) => {
    const found = factsOf(row).found[at];
    return [escaped(column.title), `${SIGNS[found.kind]} ${spoken(column, found)}`, dayOf(column, found) || "", escaped(found.because || "")];
  });
  return `${escaped(row[NAME])}\n\n${markdownTable(["Engine", "Status", "Date", "Why"], body)}`;
}
function listValues(found) {
  return found.map((row) => ({
    name: row[NAME], category: row[CATEGORY], example: row[EXAMPLE] || null,
    engines: Object.fromEntries(columns.map((column, at) => {
      const one = factsOf(row).found[at], span = one.span;
      return [column.name.replace(/^\./, ""), {
        status: one.kind === "missing" ? null : one.kind, because: one.because || null,
        since: span ? version(column, span[FIRST]) : null, since_exact: span ? Boolean(span[FIRST_EXACT]) : null, since_date: span ? date(column, span[FIRST]) : null,
        last: span && span[LAST] >= 0 ? version(column, span[LAST]) : null, last_exact: span && span[LAST] >= 0 ? Boolean(span[LAST_EXACT]) : null,
      }];
    })),
  }));
}
function listCsv(found) {
  // A spreadsheet takes a text that begins like a formula for one.
  const quoted = (value) => `"${String(value === null ? "" : value).replace(/^[=+\-@\t\r]/, "'$&").replace(/"/g, '""')}"`;
  const keys = ["status", "because", "since", "since_exact", "since_date", "last", "last_exact"];
  const named = columns.map((column) => column.name.replace(/^\./, ""));
  const lines = [["name", "category", "example", ...named.flatMap((name) => keys.map((key) => `${name} ${key}`))],
    ...listValues(found).map((row) => [row.name, row.category, row.example, ...named.flatMap((name) => keys.map((key) => row.engines[name][key]))])];
  return lines.map((cells) => cells.map(quoted).join(",")).join("\r\n") + "\r\n";
}
function save(name, type, content) {
  const to = URL.createObjectURL(new Blob([content], { type }));
  const anchor = make("a", { href: to, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(to), 10000);
}
// Into the clipboard; what happened, in words.
async function copy(content) {
  try {
    await navigator.clipboard.writeText(content);
    return "Copied.";
  } catch {
    const area = make("textarea", { "aria-label": "Markdown" });
    area.value = content;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done ? "Copied." : "The browser does not let this page copy.";
  }
}
// A badge: which engines run it natively, the chosen ones or the first few.
const MOST_ON_BADGE = 4;
function badge(row) {
  const told = gridColumns().filter((column) => !column.library && !column.document && foundIn(row, column).kind === "native");
  const words = told.slice(0, MOST_ON_BADGE).map((column) => `${column.title} ${release(column, foundIn(row, column)).replace(/^(?=\d)/, "\u2265 ")}`.trim());
  const shown = [row[NAME], words.join(" \u00b7 ") || "no engine"], wide = shown.map((each) => each.length * 6.6 + 16);
  const drawn = draw("svg", { xmlns: "http://www.w3.org/2000/svg", width: wide[0] + wide[1], height: 20, role: "img", "aria-label": shown.join(": ") },
    draw("rect", { width: wide[0], height: 20, fill: "#444" }), draw("rect", { x: wide[0], width: wide[1], height: 20, fill: words.length ? "#1a7f37" : "#6e7781" }),
    draw("text", { x: 8, y: 14, fill: "#fff", "font-family": "Verdana, sans-serif", "font-size": 11, textLength: wide[0] - 16 }, shown[0]),
    draw("text", { x: wide[0] + 8, y: 14, fill: "#fff", "font-family": "Verdana, sans-serif", "font-size": 11, textLength: wide[1] - 16 }, shown[1]));
  return drawn.outerHTML;
}
