// Finds the test files that have to do with other files: by what imports or names those, and by where they lie.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean);
const untracked = git("ls-files", "--others", "--exclude-standard");

/** What differs from main, committed or not. */
export function changedFiles() {
  const mains = ["refs/heads/main", "refs/remotes/origin/main"];
  const [main = "HEAD"] = git("for-each-ref", "--format=%(refname)", ...mains);
  const [since] = git("merge-base", "HEAD", main);
  return changedSince(since);
}

/** What differs from a commit, committed or not. */
export function changedSince(since) {
  return [...new Set([...git("diff", "--name-only", since), ...untracked])];
}

/** Our own modules. What else there is are texts that tests read. */
const isModule = (file) => /\.[cm]?[jt]s$/.test(file) && !/\/(?:fixtures|input)\//.test(file);
const modules = new Set(
  [...git("ls-files"), ...untracked].filter((file) => isModule(file) && existsSync(join(root, file))),
);
const isTest = (file) => /^test\/.*\.test\.ts$/.test(file);
const tests = [...modules].filter(isTest);
/** All test files, by their paths from the root. */
export const testFiles = tests.toSorted();

/** What our packages export, by the names that it is imported with. */
const entries = new Map(
  ["core", "plugin-prisma", "plugin-typeorm", "plugin-typeorm/wrapper"].flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    return Object.entries(exports).map(([path, to]) => [join(name, path), moduleAt(join(folder, builtOf(to)))]);
  }),
);

function builtOf(to) {
  return typeof to === "string" ? to : builtOf(to.default ?? to.import ?? to.require);
}

/** The module that a path means; of a built one its source. */
function moduleAt(path) {
  const source = path.replace(/(^|\/)dist\//, "$1src/");
  return [source, source.replace(/\.([cm]?)js$/, ".$1ts"), `${source}.ts`].find((name) => modules.has(name));
}

/** Through these everything imports everything. */
const barrels = new Set([...entries.values(), ...[...modules].filter((file) => /\/index\.c?ts$/.test(file))]);

/**
 * The modules that name a module, or a folder of texts: in an import, for a process of its own, to read it. Imports of types are left
 * out: what those mean the compiler tells. Where the core names a package, it writes that into somebody's project.
 */
const users = new Map();
for (const file of modules) {
  const text = readFileSync(join(root, file), "utf8").replace(/^(?:import|export) type\b[^;]*;/gm, "");
  for (const [, name, slash] of text.matchAll(/"((?:\.\.?|@lockstep)\/[^"\n]+?)(\/?)"/g)) {
    if (name.startsWith("@") && file.startsWith("core/")) continue;
    const path = name.startsWith(".") ? normalize(join(dirname(file), name)) : name;
    const found = (slash === "" ? (entries.get(path) ?? moduleAt(path)) : undefined) ?? path;
    if (found !== file) users.set(found, [...(users.get(found) ?? []), file]);
  }
}

/** Tests that use something, over at most so many steps and through no barrel; without a number, through whatever it takes. */
function usingTests(start, most = Number.POSITIVE_INFINITY) {
  const found = new Set([start]);
  let last = [start];
  for (let step = 0; step < most && last.length > 0; step += 1) {
    const isEnd = (file) => most < Number.POSITIVE_INFINITY && step > 0 && barrels.has(file);
    last = [...new Set(last.flatMap((file) => (isEnd(file) ? [] : (users.get(file) ?? []))))];
    last = last.filter((file) => !found.has(file));
    for (const file of last) found.add(file);
  }
  return [...found].filter(isTest);
}

/** Folders above, the nearest first. */
function foldersAbove(file) {
  const parts = dirname(file).split("/");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("/"));
}

/** The tests that mirror the folder of a source, or the nearest one above that has any, with and without a database. */
function besideTests(source) {
  const mirrors = source.startsWith("core/") ? ["test/$1", "test/database"] : ["test/$1"];
  return mirrors.flatMap((mirror) => {
    const mirrored = source.replace("/wrapper/", "/").replace(/^([\w-]+)\/src(?=\/)/, mirror);
    const root = mirror.replace("$1", source.split("/")[0]);
    const isBeside = (folder, test) => dirname(test) === folder || test === `${folder}.test.ts`;
    const folders = foldersAbove(mirrored).filter((folder) => folder.startsWith(`${root}/`));
    const folder = folders.find((each) => tests.some((test) => isBeside(each, test)));
    return tests.filter((test) => isBeside(folder, test));
  });
}

/** Tests that import, directly or not, a module whose text contains `text`: the name of an environment variable, for example. */
export function testsNaming(text) {
  const named = [...modules].filter((file) => readFileSync(join(root, file), "utf8").includes(text));
  return new Set(named.flatMap((file) => usingTests(file)));
}

/** Tests with golden files. */
export const goldenTests = () => usingTests("test/support/goldens.ts");

/** Every test file that a change of a file can matter to, those of its folder that start built commands among them. */
export function reachedTests(file) {
  if (modules.has(file)) return [...new Set([...usingTests(file), ...besideTests(file)])];
  // Of a module that is gone, those tell that imported it: they have changed, too.
  if (isModule(file)) return [];
  const named = [file, ...foldersAbove(file)].find((each) => users.has(each));
  return named === undefined || named === "." ? [] : usingTests(named);
}

/** What more test files than this use is left to a whole run. */
const few = 20;

/**
 * The ones that most likely tell whether it is right: those that import it or what imports it, unless that is half of all; and of those
 * that get to it at all the ones of its folder, for code edits also those with golden files.
 */
export function nearTests(file) {
  if (!modules.has(file)) return reachedTests(file);
  const using = [2, 1].map((most) => usingTests(file, most)).find((found) => found.length <= few) ?? [];
  const all = new Set(usingTests(file));
  const own = [...besideTests(file), ...(/\/(?:code|codemods)\//.test(file) ? goldenTests() : [])];
  return [...new Set([...using, ...own.filter((test) => all.has(test))])];
}
