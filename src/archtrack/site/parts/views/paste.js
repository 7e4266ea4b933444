// For a config.json or a GGUF file: paste, drop or choose. Nothing leaves the browser.
let pasted = "";

function showPaste() {
  const area = make("textarea", { id: "pasted", rows: "8", spellcheck: "false", placeholder: '{"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}' });
  const file = make("input", { type: "file", id: "file", accept: ".json,.gguf" }), problem = make("p", { role: "status", id: "problem" });
  area.value = pasted;
  area.addEventListener("input", () => {
    pasted = area.value;
    const config = readConfig(pasted);
    problem.replaceChildren(...(pasted.trim() && config.problem ? coded(config.problem) : []));
    if (config.problem) return; // who types is not done yet
    setAddress(addressOf.given(), true);
    showView("answer");
    give(() => showConfig(config));
    $("card").querySelector("h1").focus({ preventScroll: true });
  });
  file.addEventListener("change", () => file.files.length && readFile(file.files[0]));
  $("page").replaceChildren(make("h1", { tabindex: "-1" }, "Check a config.json or a GGUF file"),
    make("p", {}, "Nothing leaves your browser. You can drop a file anywhere on this page."),
    make("label", { for: "pasted" }, "Paste a config.json"), area, problem, make("label", { for: "file" }, "Or choose a file"), file);
}
