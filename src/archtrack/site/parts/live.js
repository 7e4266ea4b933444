// Shown by `archtrack site --serve`: the page loads itself again when the server has another one.
const kept = "archtrack query";
setInterval(async () => {
  if (document.hidden) return;
  try {
    const state = await (await fetch("state")).text();
    if (state === document.documentElement.dataset.state) return;
  } catch {
    return; // the server has ended, and may be back later
  }
  sessionStorage.setItem(kept, $("query").value);
  location.reload();
}, 1000);
// A pasted config is not in the address, and outlives the reload all the same.
const before = sessionStorage.getItem(kept);
sessionStorage.removeItem(kept);
if (before && isConfig(before) && fromAddress().name === undefined) {
  $("query").value = before;
  changed();
}
