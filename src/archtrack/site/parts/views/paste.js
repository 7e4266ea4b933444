// For a config.json or a GGUF file: paste, drop or choose. Nothing leaves the browser.
function showPaste() {
  const area = make("textarea", { id: "pasted", rows: "8", spellcheck: "false", placeholder: '{"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}' });
  const file = make("input", { type: "file", id: "file", accept: ".json,.gguf" });
  area.addEventListener("input", () => {
    if (!area.value.trim()) return;
    showView("answer");
    showConfig(readConfig(area.value));
  });
  file.addEventListener("change", () => file.files.length && readFile(file.files[0]));
  $("page").replaceChildren(make("h1", { tabindex: "-1" }, "Check a config.json or a GGUF file"),
    make("p", {}, "Nothing leaves your browser. You can drop a file anywhere on this page."),
    make("label", { for: "pasted" }, "Paste a config.json"), area, make("label", { for: "file" }, "Or choose a file"), file);
}
