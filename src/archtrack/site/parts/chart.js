// How many architectures each engine has had over time, and the same as a table.
const DASHES = ["", "8 3", "2 3", "8 3 2 3", "12 4", "4 4"];
function chart(charted, width) {
  const wide = Math.max(280, Math.min(width, 1100)), height = 340, left = 44, right = wide - 160, bottom = height - 26;
  const curves = charted.map((engine) => engine.growth.map(([day, count]) => [Date.parse(day), count]));
  const points = curves.flat();
  const drawn = draw("svg", { width: wide, height, viewBox: `0 0 ${wide} ${height}`, role: "img", "aria-label": "Number of architectures per engine over time, on a logarithmic scale; the table below says the same" });
  if (!points.length) return drawn;
  const most = Math.max(...points.map((point) => point[1]), 10);
  const by = scale(points.map((point) => point[0]), left, right);
  const y = (count) => bottom - (Math.log10(Math.max(count, 1)) / Math.log10(most)) * (bottom - 14);
  yearMarks(drawn, by, right, 8, bottom);
  for (let count = 1; count <= most; count *= 10) {
    drawn.append(draw("text", { x: 0, y: y(count) + 4 }, count.toLocaleString("en")), draw("line", { x1: left, x2: right, y1: y(count), y2: y(count), class: "rule" }));
  }
  const ends = [];
  curves.forEach((curve, place) => {
    if (!curve.length) return;
    const path = curve.map(([day, count], at) => (at ? `H${by.at(day).toFixed(1)}V${y(count).toFixed(1)}` : `M${by.at(day).toFixed(1)} ${y(count).toFixed(1)}`)).join("");
    drawn.append(draw("path", { d: `${path}H${right}`, class: `curve curve${place % 6}`, "stroke-dasharray": DASHES[place % 6] }));
    ends.push([y(curve[curve.length - 1][1]), place, curve[curve.length - 1][1]]);
  });
  let last = -Infinity;
  for (const [wanted, place, count] of ends.sort((a, b) => a[0] - b[0])) {
    last = Math.max(wanted, last + 14);
    drawn.append(draw("text", { x: right + 6, y: last + 4, class: `label${place % 6}` }, `${charted[place].title} ${count.toLocaleString("en")}`));
  }
  return drawn;
}
function chartTable(charted) {
  const years = [...new Set(charted.flatMap((engine) => engine.growth.map(([day]) => day.slice(0, 4))))].sort();
  return make("table", {}, make("caption", { class: "hidden" }, "Architectures per engine at the end of each year"),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "End of"), ...charted.map((engine) => make("th", { scope: "col" }, engine.title)))),
    make("tbody", {}, ...years.map((year) => make("tr", {}, make("th", { scope: "row" }, year), ...charted.map((engine) => {
      const until = engine.growth.filter(([day]) => day.slice(0, 4) <= year);
      return make("td", {}, until.length ? String(until[until.length - 1][1]) : "");
    })))));
}
function drawCharts(charted) {
  $("chart").replaceChildren(chart(charted, $("chart").clientWidth || 800),
    make("details", {}, make("summary", {}, "As a table"), make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Architectures over time" }, chartTable(charted))));
}
