"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const engines = data.engines;
  const byName = new Map(data.rows.map((row, place) => [row[0], place]));
  const NAME = 0, CATEGORY = 1, BY = 2, EXAMPLE = 3, CELLS = 4;
  const FIRST = 0, LAST = 1, FIRST_EXACT = 2, LAST_EXACT = 3, STATES = 4;
  const library = engines.findIndex((engine) => engine.name === "transformers");
  const $ = (id) => document.getElementById(id);
  const SIGNS = { native: "✓", fallback: "↪", refused: "✗", gone: "†", absent: "–" };
  const PAGE = 100;

  // Every text goes through here: what a name holds is shown and never run.
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }
  function svg(tag, attributes, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  const version = (engine, place) => engine.releases[place][0];
  const date = (engine, place) => engine.releases[place][1];

  function gate(row) {
    const spans = library < 0 ? [] : row[CELLS][library];
    const last = spans[spans.length - 1];
    if (!last || last[LAST] !== -1) return null;
    return last[STATES][last[STATES].length - 1][4];
  }
  function hasBackend(place) {
    return engines[place].backend.some((name) => {
      const at = byName.get(name);
      if (at === undefined) return false;
      const spans = data.rows[at][CELLS][place];
      return spans.length > 0 && spans[spans.length - 1][LAST] === -1;
    });
  }
  const backends = engines.map((_, place) => hasBackend(place));

  // What the newest release of an engine does with a row.
  function standing(row, place) {
    const spans = row[CELLS][place];
    const last = spans[spans.length - 1];
    if (last && last[LAST] === -1) return { kind: "native", span: last };
    const answer = backends[place] ? gate(row) : null;
    if (answer === 1) return { kind: "fallback", span: last };
    if (answer === 0 && engines[place].name === "sglang") return { kind: "refused", span: last };
    return { kind: last ? "gone" : "absent", span: last };
  }
  function words(found, place) {
    const engine = engines[place], span = found.span;
    if (found.kind === "native") return (span[FIRST_EXACT] ? "" : "≤") + version(engine, span[FIRST]);
    if (found.kind === "gone") return (span[LAST_EXACT] ? "" : "≥") + version(engine, span[LAST]);
    return "";
  }
  function spoken(found, place) {
    const text = words(found, place);
    return { native: `native since ${text}`, fallback: "run through transformers", refused: "refused", gone: `gone, last in ${text}`, absent: "not there" }[found.kind];
  }

  // -- the list ----------------------------------------------------------------------------------
  const state = { order: NAME, down: false, shown: PAGE };
  let rows = [];

  function matches(row, query, wanted) {
    if (query && !row[NAME].toLowerCase().includes(query)) return false;
    if (wanted.category && row[CATEGORY] !== wanted.category) return false;
    if (wanted.inside >= 0) {
      const kind = standing(row, wanted.inside).kind;
      if (wanted.status ? kind !== wanted.status : kind === "absent") return false;
    } else if (wanted.status && !engines.some((_, place) => place !== library && standing(row, place).kind === wanted.status)) return false;
    return !(wanted.outside >= 0 && standing(row, wanted.outside).kind === "native");
  }
  function key(row) {
    if (state.order === NAME) return row[NAME];
    if (state.order === CATEGORY) return row[CATEGORY] + " " + row[NAME];
    const found = standing(row, state.order - CELLS);
    const rank = ["native", "fallback", "gone", "refused", "absent"].indexOf(found.kind);
    return `${rank} ${found.span ? String(99999 - found.span[FIRST]).padStart(6, "0") : "999999"} ${row[NAME]}`;
  }
  function choose() {
    const text = $("query").value.trim();
    const config = text.startsWith("{");
    const wanted = { category: $("category").value, status: $("status").value, inside: +$("in").value, outside: +$("out").value };
    rows = data.rows.filter((row) => matches(row, config ? "" : text.toLowerCase(), wanted));
    if (state.order !== NAME || state.down) {
      const keyed = rows.map((row) => [key(row), row]).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
      rows = keyed.map((pair) => pair[1]);
      if (state.down) rows.reverse();
    }
    state.shown = PAGE;
    $("results").tBodies[0].replaceChildren();
    draw(0);
    $("count").textContent = `${rows.length} of ${data.rows.length} architectures`;
    judge(text, config);
  }
  function cell(row, place) {
    const found = standing(row, place), engine = engines[place];
    const text = words(found, place);
    const day = found.kind === "native" ? date(engine, found.span[FIRST]) : null;
    return make("td", {}, make("span", { class: found.kind, title: `${engine.title}: ${spoken(found, place)}` },
      make("span", { "aria-hidden": "true" }, `${SIGNS[found.kind]} ${text}`),
      make("span", { class: "hidden" }, spoken(found, place))), day ? make("small", {}, day) : null);
  }
  function draw(from) {
    const part = document.createDocumentFragment();
    for (const row of rows.slice(from, state.shown)) {
      part.append(make("tr", {}, make("th", { scope: "row" }, make("a", { href: "#/" + encodeURIComponent(row[NAME]) }, row[NAME])),
        make("td", {}, row[CATEGORY]), ...engines.map((_, place) => cell(row, place))));
    }
    $("results").tBodies[0].append(part);
    $("more").hidden = state.shown >= rows.length;
  }
  function more() {
    const from = state.shown;
    state.shown += PAGE;
    draw(from);
  }
  function head() {
    const titles = [["Architecture", NAME], ["Category", CATEGORY], ...engines.map((engine, place) => [engine.title, CELLS + place])];
    $("results").tHead.replaceChildren(make("tr", {}, ...titles.map(([title, order]) => {
      const sorted = state.order === order ? (state.down ? "descending" : "ascending") : "none";
      const button = make("button", { type: "button" }, title + (sorted === "none" ? "" : state.down ? " ▼" : " ▲"));
      button.addEventListener("click", () => {
        state.down = state.order === order ? !state.down : false;
        state.order = order;
        head();
        choose();
        $("results").tHead.rows[0].cells[titles.findIndex((pair) => pair[1] === order)].firstChild.focus();
      });
      return make("th", { scope: "col", "aria-sort": sorted }, button);
    })));
  }

  // -- a pasted config, or a name ----------------------------------------------------------------
  function judge(text, config) {
    const place = $("verdict");
    place.replaceChildren();
    place.hidden = true;
    let names = byName.has(text) ? [text] : [];
    let problem = "";
    if (config) {
      try {
        const found = JSON.parse(text);
        names = Array.isArray(found.architectures) ? found.architectures.filter((name) => typeof name === "string") : [];
        if (!names.length) problem = "This config names no architectures" + (typeof found.model_type === "string" ? ` (its model type is ${found.model_type}).` : ".");
      } catch (error) {
        problem = "This is no JSON yet: " + error.message;
      }
    }
    if (problem) place.append(make("p", {}, problem));
    for (const name of names) {
      const at = byName.get(name);
      place.append(make("h2", {}, name));
      if (at === undefined) {
        place.append(make("p", {}, "No known release of any engine registers it. Only the code that the repository brings along could run it."));
        continue;
      }
      const row = data.rows[at];
      place.append(make("ul", {}, ...engines.map((engine, number) => {
        const found = standing(row, number);
        return make("li", { class: found.kind }, `${SIGNS[found.kind]} ${engine.title}: ${spoken(found, number)}`);
      })));
    }
    place.hidden = !problem && !names.length;
  }

  // -- one architecture ----------------------------------------------------------------------------
  function link(engine, release, path, line) {
    const text = line ? `${path}:${line}` : path;
    if (!engine.source) return text;
    const address = engine.source.replace("{version}", encodeURIComponent(version(engine, release))).replace("{path}", path.split("/").map(encodeURIComponent).join("/"));
    return make("a", { href: address + (line ? `#L${line}` : ""), rel: "noreferrer" }, text);
  }
  function timeline(row) {
    const days = engines.flatMap((engine) => engine.releases.map((release) => release[1]).filter(Boolean)).map(Date.parse);
    const from = Math.min(...days), to = Math.max(...days), width = 800, left = 110, height = 26 * engines.length + 26;
    const x = (day) => left + ((Date.parse(day) - from) / (to - from || 1)) * (width - left - 10);
    const drawn = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Releases that register ${row[NAME]}, by date` });
    engines.forEach((engine, place) => {
      const y = 26 * place + 18;
      const label = svg("text", { x: 0, y: y + 4 });
      label.textContent = engine.title;
      drawn.append(label, svg("line", { x1: left, x2: width - 10, y1: y, y2: y, stroke: "var(--line)" }));
      for (const span of row[CELLS][place]) {
        const begin = date(engine, span[FIRST]), end = date(engine, span[LAST] === -1 ? engine.newest : span[LAST]);
        if (begin && end) drawn.append(svg("line", { x1: x(begin), x2: Math.max(x(end), x(begin) + 4), y1: y, y2: y, stroke: span[LAST] === -1 ? "var(--good)" : "var(--gone)", "stroke-width": 10 }));
      }
    });
    for (let year = new Date(from).getUTCFullYear() + 1; year <= new Date(to).getUTCFullYear(); year += 1) {
      const label = svg("text", { x: x(`${year}-01-01`), y: height - 4 });
      label.textContent = year;
      drawn.append(label);
    }
    return drawn;
  }
  function detail(name) {
    const at = byName.get(name), place = $("detail");
    place.replaceChildren(make("p", {}, make("a", { href: "#/" }, "← all architectures")), make("h2", { tabindex: "-1" }, name));
    if (at === undefined) {
      place.append(make("p", {}, "No known release of any engine registers it."));
      return;
    }
    const row = data.rows[at];
    place.append(make("p", {}, `Category ${row[CATEGORY]}, by ${row[BY] === "name" ? "its name alone" : "the evidence of " + row[BY]}.`
      + (row[EXAMPLE] ? ` Example: ${row[EXAMPLE]}.` : "")), timeline(row));
    const body = make("tbody", {});
    engines.forEach((engine, number) => {
      const found = standing(row, number);
      for (const span of row[CELLS][number]) {
        for (const one of span[STATES]) {
          body.append(make("tr", {}, make("th", { scope: "row" }, engine.title),
            make("td", {}, (one[0] === span[FIRST] && !span[FIRST_EXACT] ? "≤" : "") + version(engine, one[0]) + (date(engine, one[0]) ? ` (${date(engine, one[0])})` : "")),
            make("td", {}, span[LAST] === -1 ? "the newest has it" : (span[LAST_EXACT] ? "" : "≥") + version(engine, span[LAST])),
            make("td", {}, data.texts[one[1]]), make("td", {}, link(engine, one[0], data.texts[one[2]], one[3])),
            make("td", {}, one[4] === null ? "" : one[4] ? "passes the gate for engines" : "does not pass the gate for engines")));
        }
      }
      if (found.kind !== "native" && found.kind !== "gone") {
        body.append(make("tr", {}, make("th", { scope: "row" }, engine.title), make("td", { colspan: 5 }, make("span", { class: found.kind }, `${SIGNS[found.kind]} ${spoken(found, number)}`))));
      }
    });
    place.append(make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Evidence" }, make("table", {}, make("thead", {}, make("tr", {}, ...["Engine", "From", "Until", "File", "Evidence", ""].map((title) => make("th", { scope: "col" }, title)))), body)));
  }
  function route() {
    const name = decodeURIComponent(location.hash.replace(/^#\/?/, ""));
    $("detail").hidden = !name;
    $("list").hidden = $("search").hidden = Boolean(name);
    if (name) {
      $("verdict").hidden = true;
      detail(name);
      $("detail").querySelector("h2").focus();
      document.title = `${name}: archtrack`;
    } else {
      document.title = "archtrack: which engine runs which model";
      judge($("query").value.trim(), $("query").value.trim().startsWith("{"));
    }
  }

  // -- over time -------------------------------------------------------------------------------------
  function chart() {
    const lines = engines.map((engine, place) => {
      const counts = engine.releases.map(() => 0);
      for (const row of data.rows) for (const span of row[CELLS][place]) {
        for (let at = span[FIRST]; at <= (span[LAST] === -1 ? engine.newest : span[LAST]); at += 1) counts[at] += 1;
      }
      let highest = -1;
      return engine.releases.map((release, at) => [release[1], at, release[2]]).filter((each) => each[0] && each[2])
        .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]))
        .map(([day, at]) => [Date.parse(day), counts[(highest = Math.max(highest, at))]]);
    });
    const days = lines.flat().map((point) => point[0]), most = Math.max(...lines.flat().map((point) => point[1]), 10);
    const from = Math.min(...days), to = Math.max(...days), width = 800, height = 320, left = 50, right = 110;
    const x = (day) => left + ((day - from) / (to - from || 1)) * (width - left - right);
    const y = (count) => height - 30 - (Math.log10(Math.max(count, 1)) / Math.log10(most)) * (height - 50);
    const drawn = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Number of architectures per engine over time, on a logarithmic scale" });
    for (let count = 1; count <= most; count *= 10) {
      const label = svg("text", { x: 0, y: y(count) + 4 });
      label.textContent = count.toLocaleString("en");
      drawn.append(label, svg("line", { x1: left, x2: width - right, y1: y(count), y2: y(count), stroke: "var(--line)" }));
    }
    lines.forEach((points, place) => {
      if (!points.length) return;
      const path = points.map(([day, count], at) => (at ? `H${x(day).toFixed(1)}V${y(count).toFixed(1)}` : `M${x(day).toFixed(1)} ${y(count).toFixed(1)}`)).join("");
      const label = svg("text", { x: width - right + 6, y: y(points[points.length - 1][1]) + 4 });
      label.textContent = engines[place].title;
      drawn.append(svg("path", { d: path, fill: "none", stroke: "var(--link)", "stroke-width": 2, "stroke-dasharray": ["", "8 3", "2 3", "8 3 2 3", "12 4", "4 4"][place % 6] }), label);
    });
    for (let year = new Date(from).getUTCFullYear() + 1; year <= new Date(to).getUTCFullYear(); year += 1) {
      const label = svg("text", { x: x(Date.parse(`${year}-01-01`)), y: height - 8 });
      label.textContent = year;
      drawn.append(label);
    }
    $("chart").replaceChildren(drawn);
  }

  // -- taking it along -------------------------------------------------------------------------------
  const cellText = (row, place) => `${SIGNS[standing(row, place).kind]} ${words(standing(row, place), place)}`.trim();
  function markdown() {
    const escape = (text) => text.replace(/[\\|<>`*_[\]]/g, "\\$&");
    const lines = [["Architecture", "Category", ...engines.map((engine) => engine.title)], ["---", "---", ...engines.map(() => "---")],
      ...rows.map((row) => [escape(row[NAME]), row[CATEGORY], ...engines.map((_, place) => cellText(row, place))])];
    return lines.map((line) => `| ${line.join(" | ")} |`).join("\n") + "\n";
  }
  function csv() {
    const quote = (text) => `"${String(/^[=+\-@\t\r]/.test(text) ? "'" + text : text).replace(/"/g, '""')}"`;
    const lines = [["architecture", "category", "example", ...engines.flatMap((engine) => [`${engine.name} status`, `${engine.name} since`, `${engine.name} date`])],
      ...rows.map((row) => [row[NAME], row[CATEGORY], row[EXAMPLE] || "", ...engines.flatMap((engine, place) => {
        const found = standing(row, place);
        return [found.kind, found.span ? version(engine, found.span[FIRST]) : "", (found.span && date(engine, found.span[FIRST])) || ""];
      })])];
    return lines.map((line) => line.map(quote).join(",")).join("\r\n") + "\r\n";
  }
  function asJson() {
    return JSON.stringify(rows.map((row) => ({ name: row[NAME], category: row[CATEGORY], example: row[EXAMPLE], engines: Object.fromEntries(engines.map((engine, place) => {
      const found = standing(row, place);
      return [engine.name, { status: found.kind, since: found.span ? version(engine, found.span[FIRST]) : null, date: found.span ? date(engine, found.span[FIRST]) : null }];
    })) })), null, 1) + "\n";
  }
  function save(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const anchor = make("a", { href: address, download: name });
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }
  async function copy() {
    const text = markdown();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", {});
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    $("count").textContent = `${rows.length} architectures copied as Markdown`;
  }

  for (const id of ["in", "out"]) {
    $(id).append(make("option", { value: -1 }, id === "in" ? "any engine" : "–"), ...engines.map((engine, place) => make("option", { value: place }, engine.title)));
    $(id).value = "-1";
  }
  for (const id of ["category", "in", "status", "out"]) $(id).addEventListener("change", choose);
  $("query").addEventListener("input", choose);
  $("query").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && byName.has($("query").value.trim())) {
      event.preventDefault();
      location.hash = "#/" + encodeURIComponent($("query").value.trim());
    }
  });
  $("clear").addEventListener("click", () => {
    for (const id of ["query", "category", "status"]) $(id).value = "";
    $("in").value = $("out").value = "-1";
    choose();
    $("query").focus();
  });
  $("more").addEventListener("click", more);
  $("markdown").addEventListener("click", copy);
  $("csv").addEventListener("click", () => save("archtrack.csv", "text/csv", csv()));
  $("json").addEventListener("click", () => save("archtrack.json", "application/json", asJson()));
  window.addEventListener("hashchange", route);
  $("made").textContent = `Made by archtrack ${data.version} from ` + engines.map((engine) => `${engine.title} up to ${engine.newest < 0 ? "nothing" : version(engine, engine.newest)}`).join(", ") + ".";
  head();
  choose();
  route();
  requestAnimationFrame(() => setTimeout(chart, 0));
})();
