// The header of a GGUF file, as core/gguf.py reads it: key and value pairs, of which a few are kept. The file comes from
// anybody, so all that it says of its own size is checked against what is there.
const GGUF = { magic: "GGUF", most: 64 * 1024 * 1024, keys: 10000, deep: 4, inner: 10000, longest: 4096 };
const WIDTHS = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
const TEXT = 8, ARRAY = 9;

class Cursor {
  constructor(buffer) {
    this.view = new DataView(buffer);
    this.at = 0;
    this.little = true;
    this.wide = true;
    this.inner = GGUF.inner;
  }
  within(length) {
    if (!(this.at + length <= this.view.byteLength)) throw new Error(this.view.byteLength >= GGUF.most ? "has a header that is too long to read" : "ends inside its header: it is cut or damaged");
  }
  skip(length) {
    this.within(length);
    this.at += length;
  }
  number(width) {
    this.within(width);
    const read = { 1: () => this.view.getUint8(this.at), 2: () => this.view.getUint16(this.at, this.little), 4: () => this.view.getUint32(this.at, this.little), 8: () => Number(this.view.getBigUint64(this.at, this.little)) }[width];
    const found = read();
    this.at += width;
    return found;
  }
  count() {
    return this.number(this.wide ? 8 : 4);
  }
  text() {
    const length = this.count(), begin = this.at;
    this.skip(length);
    return length > GGUF.longest ? "" : new TextDecoder().decode(new Uint8Array(this.view.buffer, begin, length));
  }
}
// {architecture, type, name} of a file; throws an error whose message says what is wrong with it.
async function readGguf(file) {
  const cursor = new Cursor(await file.slice(0, GGUF.most).arrayBuffer());
  if (cursor.view.byteLength < 24 || [0, 1, 2, 3].some((at) => cursor.view.getUint8(at) !== GGUF.magic.charCodeAt(at))) throw new Error("is no GGUF file");
  const little = cursor.view.getUint32(4, true), big = cursor.view.getUint32(4, false);
  if (![1, 2, 3].includes(little) && ![1, 2, 3].includes(big)) throw new Error("is of a version of GGUF that this page does not read");
  cursor.little = [1, 2, 3].includes(little);
  cursor.wide = (cursor.little ? little : big) !== 1;
  cursor.at = 8;
  cursor.count(); // of the tensors
  const keys = cursor.count(), found = new Map();
  if (keys > GGUF.keys) throw new Error("has more keys than any model has: it is damaged");
  for (let each = 0; each < keys; each += 1) {
    const key = cursor.text(), kind = cursor.number(4);
    if (found.has(key)) throw new Error(`has \`${key.slice(0, 50)}\` a second time: it is damaged`);
    if (kind === TEXT) found.set(key, cursor.text());
    else skipValue(cursor, kind);
  }
  const architecture = found.get("general.architecture");
  if (!architecture || architecture.length > 100) throw new Error("does not say which architecture it has; give the first part of a model in several files");
  const projects = architecture === "clip" || found.has("clip.projector_type");
  return { architecture, type: found.get("general.type") || (projects ? "mmproj" : found.has("adapter.type") ? "adapter" : "model"), name: found.get("general.name") || "" };
}
function skipValue(cursor, kind) {
  if (kind in WIDTHS) return cursor.skip(WIDTHS[kind]);
  if (kind !== ARRAY) throw new Error("has a value of a kind that the format does not have: it is damaged");
  const left = [1]; // arrays that are still to come, at each depth
  while (left.length) {
    if (!left[left.length - 1]) {
      left.pop();
      continue;
    }
    left[left.length - 1] -= 1;
    const its = cursor.number(4), count = cursor.count();
    if (its === ARRAY) {
      cursor.inner -= count;
      if (left.length >= GGUF.deep || cursor.inner < 0) throw new Error("has arrays in arrays beyond any model's: it is damaged");
      left.push(count);
    } else if (its === TEXT) {
      for (let each = 0; each < count; each += 1) cursor.skip(cursor.count());
    } else if (its in WIDTHS) {
      cursor.skip(count * WIDTHS[its]);
    } else {
      throw new Error("has an array of a kind that the format does not have: it is damaged");
    }
  }
  return undefined;
}
