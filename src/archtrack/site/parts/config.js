// A config.json that somebody pasted or dropped. Nothing leaves the browser.
const LARGEST = 16 * 1024 * 1024, MOST_NAMED = 20;

// A part of a config without its braces is read as if it had them.
function braced(words) {
  const begin = words.indexOf("{"), end = words.lastIndexOf("}");
  if (/^\s*[{[]/.test(words)) return words.trim();
  return begin >= 0 && end > begin ? words.slice(begin, end + 1) : `{${words.trim().replace(/,$/, "")}}`;
}
// {names, type, notes, problem} of a config.
function readConfig(words) {
  const nothing = (problem) => ({ names: [], type: "", notes: [], problem });
  if (words.length > LARGEST) return nothing("This is too long for a config.json.");
  let config;
  try {
    config = JSON.parse(braced(words).replace(/([:[,]\s*)(?:-?Infinity|NaN)\b/g, "$1null"));
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
  if (!names.length && typeof config.base_model_name_or_path === "string") {
    return nothing(`This is the config of an adapter. Ask for its base model: \`${config.base_model_name_or_path.slice(0, 200)}\`.`);
  }
  if (!names.length && type) return { names, type, notes: [], problem: "" };
  if (!names.length) {
    return nothing(`This config names no architecture, so this page cannot say what runs it. \`archtrack check config.json\` looks further.`);
  }
  const notes = [];
  if (names.length > 1) notes.push("It names several architectures. Engines take the first one that they know.");
  if (every.length > names.length) notes.push(`${every.length - names.length} more are not shown.`);
  if (config.auto_map && Object.keys(config.auto_map).length) notes.push("It brings code of its own (`auto_map`). An engine that lacks the architecture may run that code, if you tell it to trust it.");
  if (config.quantization_config) notes.push("Its weights are quantized. This page does not check whether an engine runs that quantization.");
  notes.push("This answer goes by the architecture, and by the model type where an engine goes by that. Other things in a config can stop an engine, too: `archtrack check config.json` follows each engine's whole load path.");
  return { names, type, notes, problem: "" };
}
// What an engine that goes by the model type of a config does with one; null where the architecture decides, or where the
// answer for the architecture rests on this very type.
function byType(column, type, known) {
  if (!column.types || !type || (known && known.because.includes(`\`${type}\``))) return null;
  const told = (kind, because) => ({ ...NOTHING, kind, because });
  if (!column.types.includes(type)) return told("unsupported", `it has no module for model type \`${type}\``);
  return column.any || !known ? told("native", `it runs model type \`${type}\``) : told("unknown", `it has model type \`${type}\`, but perhaps not for this architecture`);
}
