// Spans on a time line, as wide as there is room.
const DAY = 24 * 3600 * 1000;
function scale(days, left, right) {
  const from = Math.min(...days), to = Math.max(...days, from + DAY);
  const at = (day) => left + ((day - from) / (to - from)) * (right - left);
  const years = [];
  for (let year = new Date(from).getUTCFullYear() + 1; year <= new Date(to).getUTCFullYear(); year += 1) years.push(year);
  return { at, years };
}
function yearMarks(drawn, { at, years }, right, top, bottom) {
  let last = -Infinity;
  for (const year of years) {
    const x = at(Date.parse(`${year}-01-01`));
    drawn.append(draw("line", { x1: x, x2: x, y1: top, y2: bottom, class: "grid" }));
    if (x - last > 40 && x < right - 16) {
      drawn.append(draw("text", { x, y: bottom + 14, "text-anchor": "middle" }, String(year)));
      last = x;
    }
  }
}
function timeline(row, width) {
  const wide = Math.max(280, Math.min(width, 1100)), left = 150, right = wide - 8, each = 26;
  // A plugin that never had it has no line.
  const told = engines.filter((engine) => !engine.empty || standing(row, engine).spans.length), height = each * told.length + 26;
  const days = engines.flatMap((engine) => engine.growth.map(([day]) => Date.parse(day)));
  const drawn = draw("svg", { width: wide, height, viewBox: `0 0 ${wide} ${height}`, role: "img", "aria-label": `When which engine registered ${row[NAME]}; the table below has the same` });
  if (!days.length) return drawn;
  const by = scale(days, left, right);
  yearMarks(drawn, by, wide, 4, height - 22);
  told.forEach((engine, place) => {
    const y = each * place + 18;
    drawn.append(draw("text", { x: 0, y: y + 4 }, engine.title), draw("line", { x1: left, x2: right, y1: y, y2: y, class: "grid" }));
    for (const span of standing(row, engine).spans) {
      const begin = dayNear(engine, span[FIRST], -1) || dayNear(engine, span[FIRST], 1), end = dayNear(engine, span[LAST] < 0 ? engine.newest : span[LAST], -1) || begin;
      if (!Number.isNaN(begin)) {
        drawn.append(draw("rect", { x: by.at(begin), width: Math.max(by.at(end) - by.at(begin), 4), y: y - 6, height: 12, rx: 2, class: span[LAST] < 0 ? "has" : "had" },
          draw("title", {}, `${engine.title}: ${since(engine, span)}${span[LAST] < 0 ? " and since" : ` to ${untilOf(engine, span)}`}`)));
      }
    }
  });
  return drawn;
}
