// What came to each engine, and what went, in the last month that the data knows.
const MONTH = 31;
function showNews() {
  const from = newestDay ? daysBefore(newestDay, MONTH) : "";
  const told = engines.filter((engine) => !engine.library).flatMap((engine) => {
    const found = changes(engine).filter(({ place, came, went }) => (date(engine, place) || "") >= from && (came.length || went.length));
    return found.length ? [make("section", {}, make("h2", {}, link(addressOf.engine(engine.name), engine.title)), found.map((each) => changeLine(engine, each)))] : [];
  });
  $("page").replaceChildren(make("h1", { tabindex: "-1" }, "What is new"),
    make("p", {}, newestDay ? `The last month of the data: releases from ${from} to ${newestDay}.` : "This page knows no day of any release."),
    ...(told.length ? told : [make("p", {}, "Nothing was added and nothing was removed.")]));
}
// A release with what came and what went.
const FEW = 12;
function changeLine(engine, { place, came, went }) {
  const names = (sign, words, its) => {
    if (!its.length) return null;
    const rest = its.slice(FEW), item = ([name, exact]) => make("li", { title: exact ? null : "or with an older release that could not be read" }, exact ? "" : "≤ ", toArchitecture(name));
    return [make("p", { class: words }, `${sign} ${its.length} ${words}`), make("ul", { class: "names" }, its.slice(0, FEW).map(item)),
      rest.length ? make("details", {}, make("summary", {}, `${rest.length} more`), make("ul", { class: "names" }, rest.map(item))) : null];
  };
  return make("div", { class: "change" }, make("h3", {}, version(engine, place), " ", make("small", {}, date(engine, place) || "")), names("+", "added", came), names("−", "removed", went));
}
