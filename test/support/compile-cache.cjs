// Loaded into the commands that tests run (see run.ts). Part of what a command of Prisma's CLI costs is compiling files of several
// megabytes; this keeps V8's code for them between runs. The code that runs is the same. Other processes, such as our engine,
// are left alone: keeping code takes time at their end, where they have work of their own.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { tmpdir } = require("node:os");
const { dirname, join } = require("node:path");
const vm = require("node:vm");

const worthIt = 1_000_000;
const folder = join(tmpdir(), `lockstep-compile-cache-${process.getuid?.() ?? 0}`);
const compile = Module.prototype._compile;
const isPrisma = /[\\/]prisma[\\/]build[\\/][^\\/]+$/.test(realpath(process.argv[1]) ?? "");

Module.prototype._compile = function (content, filename, ...rest) {
  if (content.length < worthIt || !isPrisma) return compile.call(this, content, filename, ...rest);
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

function realpath(path) {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

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
