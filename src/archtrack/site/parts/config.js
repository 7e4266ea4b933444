// A config.json that somebody pasted or dropped. Nothing leaves the browser.
const LARGEST = 16 * 1024 * 1024, MOST_NAMED = 20;

// {names, type, notes, problem} of a config.
function readConfig(words) {
  const nothing = (problem) => ({ names: [], type: "", notes: [], problem });
  if (words.length > LARGEST) return nothing("This is too long for a config.json.");
  let config;
  try {
    config = JSON.parse(words.trim().replace(/([:[,]\s*)-?Infinity\b/g, "$1null"));
  } catch (error) {
    return nothing(`This is no JSON, or not all of it: ${error.message}`);
  }
  if (config === null || typeof config !== "object" || Array.isArray(config)) return nothing("This is no config.json: it holds no object.");
  const listing = config.architectures;
  if (listing !== undefined && listing !== null && (!Array.isArray(listing) || !listing.every((name) => typeof name === "string" && name))) {
    return nothing("Its `architectures` are not a list of names.");
  }
  const every = [...new Set(listing || [])], names = every.slice(0, MOST_NAMED);
  const type = typeof config.model_type === "string" ? config.model_type.slice(0, 100) : "";
  if (!names.length) {
    return nothing(`This config names no architecture, so this page cannot say what runs it.${type ? ` Its model type is \`${type}\`.` : ""} \`archtrack check config.json\` looks further.`);
  }
  const notes = [];
  if (names.length > 1) notes.push("It names several architectures. Engines take the first one that they know.");
  if (every.length > names.length) notes.push(`${every.length - names.length} more are not shown.`);
  if (config.auto_map && Object.keys(config.auto_map).length) notes.push("It brings code of its own (`auto_map`). An engine that lacks the architecture may run that code, if you tell it to trust it.");
  if (config.quantization_config) notes.push("Its weights are quantized. This page does not check whether an engine runs that quantization.");
  notes.push("This answer goes by the architecture, and by the model type where an engine goes by that. `archtrack check config.json` follows each engine's whole load path.");
  return { names, type, notes, problem: "" };
}
// What an engine that goes by the model type of a config does with one; null where the architecture decides.
function byType(column, type) {
  if (!column.types || !type) return null;
  const runs = column.types.includes(type);
  return { ...NOTHING, kind: runs ? "native" : "unsupported", because: runs ? `it runs model type ${type}` : `it has no module for model type ${type}` };
}
