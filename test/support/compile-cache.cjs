// Loaded into the commands that tests run (see run.ts). Half of what a command of Prisma's CLI costs is compiling its one file of
// several megabytes; this keeps V8's code for such files between runs. The code that runs is the same.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { tmpdir } = require("node:os");
const { dirname, join } = require("node:path");
const vm = require("node:vm");

const worthIt = 1_000_000;
const folder = join(tmpdir(), `lockstep-compile-cache-${process.getuid?.() ?? 0}`);
const compile = Module.prototype._compile;

Module.prototype._compile = function (content, filename, ...rest) {
  if (content.length < worthIt) return compile.call(this, content, filename, ...rest);
  const { size, mtimeMs } = statSync(filename);
  const key = createHash("sha256").update(JSON.stringify([process.version, process.arch, filename, size, mtimeMs]));
  const file = join(folder, key.digest("hex"));
  const cachedData = read(file);
  const script = new vm.Script(Module.wrap(content.replace(/^#!/, "//")), {
    filename,
    cachedData,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  // At the end, when the functions that a command needs are compiled as well.
  if (cachedData === undefined || script.cachedDataRejected) process.once("exit", () => write(file, script));
  const run = script.runInThisContext();
  return run.call(this.exports, this.exports, Module.createRequire(filename), this, filename, dirname(filename));
};

function read(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function write(file, script) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, script.createCachedData());
    renameSync(draft, file);
  } catch {
    // Without a cache it only takes longer.
  }
}
