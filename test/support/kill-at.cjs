// Loaded into commands that a test kills (NODE_OPTIONS=--require): right before the n-th change of a file below a folder, or in the
// middle of it, the process group of the command is ended as by `kill -9`. Changes are counted over all its processes.
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");
const { join, resolve } = require("node:path");

const { appendFileSync, lstatSync, openSync, readdirSync, rmSync, statSync, writeSync } = fs;
// Those of the process, or of the command that it runs now.
const setting = (name) => process.env[`LOCKSTEP_KILL_${name}`];
const notOurs = /[\\/](?:node_modules|\.git|generated)(?:[\\/]|$)/;
const names = new Map();
let isInside = false;

function fileOf(path) {
  const file = typeof path === "number" ? names.get(path) : resolve(String(path));
  const root = setting("ROOT");
  if (file === undefined || root === undefined || !file.startsWith(`${root}/`)) return undefined;
  return notOurs.test(file.slice(root.length)) ? undefined : file;
}

/** @param half leaves what a kill in the middle of the change leaves */
function count(what, file, half) {
  const folder = setting("FOLDER");
  appendFileSync(join(folder, "log"), `${what} ${file.slice(setting("ROOT").length + 1)}\n`);
  // One byte a change: appending is atomic.
  appendFileSync(join(folder, "changes"), ".");
  if (statSync(join(folder, "changes")).size !== Number(setting("AT"))) return;
  half?.();
  process.kill(0, "SIGKILL");
}

const isWrite = (flags) => (typeof flags === "string" ? !/^rs?$/.test(flags) : ((flags ?? 0) & 3) !== 0);
const isThere = (file) => lstatSync(file, { throwIfNoEntry: false }) !== undefined;
const halfOf = (data) => (typeof data === "string" ? data.slice(0, data.length / 2) : "");

/** What is about to be changed: its file, and what half of the change is. */
const changes = {
  open: (path, flags) => isWrite(flags) && { path },
  write: (path) => ({ path }),
  writeFile: (path, data) => ({ path, half: (file) => writeSync(openSync(file, "w"), halfOf(data)) }),
  appendFile: (path, data) => ({ path, half: (file) => writeSync(openSync(file, "a"), halfOf(data)) }),
  rename: (_, to) => ({ path: to }),
  link: (_, to) => ({ path: to }),
  symlink: (_, to) => ({ path: to }),
  unlink: (path) => isThere(path) && { path },
  rmdir: (path) => isThere(path) && readdirSync(path).length === 0 && { path },
  mkdir: (path) => !isThere(path) && { path },
  truncate: (path) => ({ path }),
  rm: (path) =>
    isThere(path) && {
      path,
      half: lstatSync(path).isDirectory() && ((file) => rmSync(join(file, readdirSync(file)[0] ?? ""))),
    },
};

for (const [name, changeOf] of Object.entries(changes))
  for (const [object, method] of [
    [fs, `${name}Sync`],
    [fs, name],
    [fs.promises, name],
  ]) {
    const original = object[method];
    if (original === undefined) continue;
    object[method] = function (...args) {
      // Some are made of others.
      if (isInside || setting("FOLDER") === undefined) return original.apply(this, args);
      isInside = true;
      try {
        const { path, half } = changeOf(...args) || {};
        const file = path === undefined ? undefined : fileOf(path);
        if (file !== undefined) count(name, file);
        if (file !== undefined && half && typeof path !== "number") count(`half ${name}`, file, () => half(file));
        const result = original.apply(this, args);
        if (method === "openSync") names.set(result, resolve(String(args[0])));
        return result;
      } finally {
        isInside = false;
      }
    };
  }
syncBuiltinESMExports();
