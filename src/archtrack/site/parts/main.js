// What is shown for an address, and what the box, the keys and a dropped file do.
const TITLE = "archtrack: which engine runs your model?";
const titled = (words) => `${words.slice(0, 100)}: archtrack`;
const SECTIONS = { start: "start", answer: "answer", given: "answer", browse: "browse" }; // every other view is written into `page`
let current = "";

function showView(view) {
  document.body.dataset.view = current = view;
  for (const id of ["start", "answer", "browse", "page"]) $(id).hidden = id !== (SECTIONS[view] || "page");
}
const shownHeading = () => document.querySelector("main > :not([hidden]) h1");
function route() {
  const asked = asksFor(location.hash), before = current;
  if (asked.given.get("engines") && !choseHere) chosen = onlyKnown(asked.given.get("engines").split(","));
  if (asked.view === "given" && !given) return void location.replace(addressOf.paste());
  const cameBack = asked.view === "browse" && left !== null && left.address === location.hash;
  showView(asked.view);
  const typed = asked.view === "answer" ? asked.given.get("q") : "";
  if ($("search").value !== typed) $("search").value = typed;
  ({
    start: () => showStart(), answer: () => showAnswer(typed, Number(asked.given.get("result") || 1) - 1), given: () => given(), browse: () => showBrowse(asked.given), architecture: () => showArchitecture(asked.name),
    engine: () => showEngine(asked.name), compare: () => showCompare(asked.name, asked.other), news: () => showNews(), paste: () => showPaste(),
  })[asked.view]();
  const heading = shownHeading();
  document.title = asked.view === "start" || !heading ? TITLE : titled(heading.textContent);
  if (!before && asked.view !== "start") return undefined; // a page that is opened keeps its focus
  if (cameBack) return undefined;
  window.scrollTo(0, 0);
  if (asked.view === "start") $("search").focus({ preventScroll: true });
  else if (heading) heading.focus({ preventScroll: true });
  return undefined;
}
// Browsers take no more than some addresses in a second; the page goes on without.
function setAddress(to, isNew = false) {
  try {
    if (isNew) history.pushState(null, "", to);
    else history.replaceState(null, "", to);
  } catch {
    // As above.
  }
}
// The address of what is shown. A pasted config stays out of it: it may be long, and is nobody's business.
function keepAddress() {
  const typed = $("search").value;
  setAddress(isConfig(typed) ? addressOf.given() : typed.trim() ? addressOf.answer(typed.slice(0, LONGEST), chosen, answering.at) : addressOf.start());
}
function typedNow() {
  const typed = $("search").value;
  if (current !== "answer" && typed.trim()) setAddress(addressOf.start(), true); // Back leads to what was left
  showView(typed.trim() ? "answer" : "start");
  if (typed.trim()) showAnswer(typed);
  else {
    showStart();
    document.title = TITLE;
  }
  keepAddress();
}
$("search").addEventListener("input", typedNow);
$("search").addEventListener("keydown", (event) => {
  const count = answering.results.length;
  if (event.key === "Escape" && $("search").value) {
    $("search").value = "";
    typedNow();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && current === "answer" && count) {
    event.preventDefault();
    look((answering.at + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
  } else if (event.key === "Enter" && current === "answer") {
    event.preventDefault();
    const heading = $("card").querySelector("h1");
    heading.focus();
  }
});
$("ask").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  $("search").focus();
  $("search").select();
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) readFile(event.dataTransfer.files[0]);
});
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  (shownHeading() || $("search")).focus();
});
window.addEventListener("hashchange", route);
let resizing = 0;
window.addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => {
    const asked = asksFor(location.hash);
    if (current === "architecture" && byName.has(asked.name)) drawTimeline(byName.get(asked.name));
    if (current === "engine" && $("chart")) drawCharts([byEngine.get(asked.name)]);
  }, 100);
});
isPhone.addEventListener("change", () => current === "browse" && showBrowse(asksFor(location.hash).given));
$("made").textContent = `Made by archtrack ${data.version} from released source up to ${newestDay || "no known day"}`
  + (data.tracked ? `, and from ${data.tracked.words}.` : ".") + (known ? ` Models are known from ${listing(known.sources.map(([name]) => name))}.` : "") + Object.values(data.unread).map((words) => ` ${words}`).join("");
// Whoever opens an old copy of the page is told that there may be newer data.
const AGED = 60;
const days = newestDay ? Math.floor((Date.now() - Date.parse(newestDay)) / 86400000) : 0;
if (days > AGED) $("aged").textContent = `This page knows releases up to ${newestDay}, ${days} days ago. Newer releases may run more.`;
$("aged").hidden = days <= AGED;
route();
if (current === "start") $("search").focus();
// The first keystroke is to find everything as ready as the second.
setTimeout(readAhead);
