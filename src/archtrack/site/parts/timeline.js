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
    drawn.append(draw("line", { x1: x, x2: x, y1: top, y2: bottom, class: "rule" }));
    if (x - last > 40 && x < right - 16) {
      drawn.append(draw("text", { x, y: bottom + 14, "text-anchor": "middle" }, String(year)));
      last = x;
    }
  }
}
// The spans of every engine that has one, from its first to today where it still holds.
function timeline(row, width) {
  const wide = Math.max(280, Math.min(width, 1100)), left = Math.min(150, wide / 3), right = wide - 8, each = 28;
  const told = engines.filter((engine) => foundIn(row, engine).spans.length), height = each * told.length + 26;
  const drawn = draw("svg", { width: wide, height, viewBox: `0 0 ${wide} ${height}`, role: "img", "aria-label": `When which engine had ${row[NAME]}; the table below says the same` });
  const today = Math.max(Date.now(), Date.parse(newestDay) || 0);
  const lives = told.map((engine) => foundIn(row, engine).spans.map((span) => life(engine, span, today)).filter(([begin]) => !Number.isNaN(begin)));
  const days = lives.flat(2);
  if (!days.length) return drawn;
  const by = scale([Math.min(...days), today], left, right);
  yearMarks(drawn, by, wide, 4, height - 22);
  told.forEach((engine, place) => {
    const y = each * place + 18;
    drawn.append(draw("text", { x: 0, y: y + 4 }, engine.title), draw("line", { x1: left, x2: right, y1: y, y2: y, class: "rule" }));
    const spans = foundIn(row, engine).spans.filter((span) => !Number.isNaN(life(engine, span, today)[0]));
    lives[place].forEach(([begin, end], at) => {
      const span = spans[at], lasts = span[LAST] < 0;
      drawn.append(draw("rect", { x: by.at(begin), width: Math.max(by.at(end) - by.at(begin), 4), y: y - 7, height: 14, rx: 3, class: lasts ? "has" : "had" },
        draw("title", {}, `${engine.title}: ${since(engine, span)}${lasts ? " and since" : ` to ${untilOf(engine, span)}`}`)));
    });
  });
  return drawn;
}
// The first and the last day of a span; today where it holds.
function life(engine, span, today) {
  const begin = dayNear(engine, span[FIRST], -1) || dayNear(engine, span[FIRST], 1);
  return [begin, span[LAST] < 0 ? today : dayNear(engine, span[LAST], -1) || begin];
}
