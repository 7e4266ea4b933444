// The first page: what the box is for, what came lately, and how old the data is.
const LATELY = 3;
const EXAMPLES = [
  ["Qwen3-32B", () => addressOf.answer("Qwen3-32B")],
  ["DeepSeek R1", () => addressOf.answer("DeepSeek R1")],
  ["gpt-oss on SGLang", () => addressOf.answer("gpt-oss on SGLang")],
  ["What is new this month?", () => addressOf.news()],
  ["Paste a config.json", () => addressOf.paste()],
];

function showStart() {
  if ($("examples").childElementCount) return; // nothing here ever changes
  $("examples").append(...EXAMPLES.map(([words, to]) => make("li", {}, link(to(), words))));
  $("lately").append(...columns.filter((column) => !column.document && !column.empty).map(lately));
}
function lately(engine) {
  const newest = changes(engine).find(({ came, place }) => came.length && place <= engine.newest), count = newest ? newest.came.length : 0;
  return make("li", {}, make("h3", {}, link(addressOf.engine(engine.name), engine.title)),
    make("p", {}, engine.newest < 0 ? "No release was read." : [version(engine, engine.newest), " ", version(engine, engine.newest) === date(engine, engine.newest) ? null : make("small", {}, date(engine, engine.newest) || "")]),
    newest ? make("p", { class: "came" }, `${version(engine, newest.place)} added `, newest.came.slice(0, LATELY).flatMap(([name], at) => [at ? ", " : "", toArchitecture(name)]),
      count > LATELY ? [" and ", link(addressOf.engine(engine.name), `${count - LATELY} more`)] : null) : null);
}
