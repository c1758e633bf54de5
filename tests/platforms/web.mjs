// Calls the module of this folder in Node.js. The imports are what wasm-bindgen would write for web-time.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const values = [undefined, null, globalThis, performance];
const [NOTHING, , GLOBAL, PERFORMANCE] = values.keys();
const byName = [
  [/static_accessor_GLOBAL_THIS/, () => GLOBAL],
  [/static_accessor/, () => NOTHING],
  [/wbg_performance/, () => PERFORMANCE],
  [/is_undefined/, (value) => Number(values[value] === undefined)],
  [/clone_ref/, (value) => value],
  [/wbg_now/, (value) => (value === PERFORMANCE ? performance.now() : Date.now())],
  [/Window_|performance/, () => PERFORMANCE],
];
const imports = {};
for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
  assert.equal(kind, "function", name);
  const found = byName.find(([pattern]) => pattern.test(name));
  imports[from] ??= {};
  imports[from][name] = found ? found[1] : () => 0;
}

const { call, breakers, is_closed: isClosed } = new WebAssembly.Instance(module, imports).exports;
assert.equal(breakers(), 1, "a declared breaker is registered before its first call");
assert.deepEqual([call(1), call(0), call(0), call(1)], [0, 1, 1, 2], "two failures open the circuit");
await setTimeout(150);
assert.equal(call(1), 2, "the open period is not over");
await setTimeout(120);
assert.equal(call(1), 0, "a probe is admitted");
assert.ok(isClosed(), "the probe closes the circuit");
console.log("6 calls in Node.js on wasm32-unknown-unknown, with the clock of `performance.now()`");
