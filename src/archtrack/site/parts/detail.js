// The page of one architecture: every span of every engine, and what it rests on.
function showDetail(name) {
  const place = $("detail"), row = byName.get(name);
  place.replaceChildren(make("p", {}, make("a", { href: toAddress(), id: "back" }, "← back to the list")), make("h2", { tabindex: "-1" }, name.slice(0, 300)));
  if (!row) {
    place.append(make("p", {}, "No release that archtrack has read registers it, in any engine or in transformers."));
    place.append(...nearIt(name));
    return;
  }
  const by = row[BY] === "name" ? "by its name alone" : `by ${row[BY]}`;
  const copied = make("span", { role: "status" });
  const button = make("button", { type: "button" }, "Copy as Markdown");
  button.addEventListener("click", async () => (copied.textContent = await copy(detailMarkdown(row))));
  place.append(make("p", {}, `Category ${row[CATEGORY]}, ${by}.`, ...(row[EXAMPLE] ? [" Example: ", onHub(row[EXAMPLE]), "."] : [])),
    make("div", { id: "timeline" }), make("p", {}, button, " ", copied),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Evidence" }, make("table", {},
      make("caption", { class: "hidden" }, `What is known of ${name}`),
      make("thead", {}, make("tr", {}, ...["Engine", "Says", "From", "Until", "File", "Evidence"].map((title) => make("th", { scope: "col" }, title)))),
      make("tbody", {}, ...columns.flatMap((column, at) => evidence(column, factsOf(row).found[at]))))));
  drawTimeline(row);
}
function drawTimeline(row) {
  $("timeline").replaceChildren(timeline(row, $("timeline").clientWidth || 800));
}
// One line for what the newest release does, then one for each way in which it was registered, newest first.
function evidence(column, found) {
  const says = make("td", {}, badge(column, found, spoken(column, found)), found.because ? make("small", {}, found.because) : null, found.features ? make("small", {}, found.features) : null);
  says.querySelector(".hidden").remove();
  says.querySelector("[aria-hidden]").removeAttribute("aria-hidden");
  const head = make("th", { scope: "row" }, column.title);
  if (column.document) {
    return [make("tr", {}, head, says, make("td"), make("td"), make("td", {}, found.file || ""), make("td", {}, found.address ? outward(found.address, found.at) : found.at || ""))];
  }
  const states = found.spans.flatMap((span) => span[STATES].map((state, at) => [span, state, span[STATES][at + 1]])).reverse();
  const newest = column.newest < column.releases.length - 1 ? "the newest that was read" : "the newest";
  if (!states.length) return [make("tr", {}, head, says, make("td"), make("td"), make("td"), make("td", {}, column.newest < 0 ? "" : `read up to ${version(column, column.newest)}`))];
  return states.map(([span, state, next], at) => {
    const begins = state === span[STATES][0];
    const last = next ? next[0] - 1 : span[LAST];
    const until = next ? version(column, last) : last < 0 ? `${version(column, column.newest)}, ${newest}` : untilOf(column, span);
    const answer = state[5] < 0 ? "" : state[5] ? "is_backend_compatible() is true" : "is_backend_compatible() is false";
    const day = date(column, state[0]);
    return make("tr", {}, at ? make("td", {}, make("span", { class: "hidden" }, column.title)) : head, at ? make("td", {}, make("span", { class: "hidden" }, "before")) : says,
      make("td", {}, begins ? since(column, span) : `changed in ${version(column, state[0])}`, day ? make("small", {}, day) : null),
      make("td", {}, until, last >= 0 && date(column, last) ? make("small", {}, date(column, last)) : null),
      make("td", {}, text(state[1]), answer || state[4] >= 0 ? make("small", {}, answer || text(state[4])) : null), make("td", {}, atRelease(column, state[0], text(state[2]), state[3])));
  });
}
