// Shown by `archtrack site --serve`: the page loads itself again when the server has another one.
const LEFT = "archtrack query";
setInterval(async () => {
  if (document.hidden) return;
  try {
    const state = await (await fetch("state")).text();
    if (state === document.documentElement.dataset.state) return;
  } catch {
    return; // the server has ended, and may be back later
  }
  sessionStorage.setItem(LEFT, $("search").value);
  location.reload();
}, 1000);
// A pasted config is not in the address, and outlives the reload all the same.
const before = sessionStorage.getItem(LEFT);
sessionStorage.removeItem(LEFT);
if (before && isConfig(before)) {
  $("search").value = before;
  typedNow();
}
