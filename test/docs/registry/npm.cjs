// Stands before npm while a page is typed: packages of Lockstep are in no registry, so they are linked where npm would install them.
const { spawnSync } = require("node:child_process");
const { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } = require("node:fs");
const { delimiter, dirname, join } = require("node:path");

const [command, save, name] = process.argv.slice(2);
const modules = join(__dirname, "../../../node_modules");
if (command === "install" && name?.startsWith("@lockstep/")) install();
else {
  const path = process.env.PATH.split(delimiter).filter((folder) => folder !== __dirname);
  const env = { ...process.env, PATH: path.join(delimiter) };
  const { status } = spawnSync("npm", process.argv.slice(2), { stdio: "inherit", env });
  process.exitCode = status ?? 1;
}

function install() {
  const kind = save === "--save-dev" ? "devDependencies" : "dependencies";
  const manifest = JSON.parse(readFileSync("package.json", "utf8"));
  manifest[kind] = { ...manifest[kind], [name]: "^0.1.0" };
  writeFileSync("package.json", `${JSON.stringify(manifest, undefined, 2)}\n`);
  const root = topOf(process.cwd());
  put(join(root, "node_modules", name), join(modules, name));
  if (!name.endsWith("-wrapper")) put(join(root, "node_modules/.bin/lockstep"), join("..", name, "bin/lockstep.js"));
}

function topOf(folder) {
  return existsSync(join(folder, "node_modules/.bin")) ? folder : topOf(dirname(folder));
}

function put(path, target) {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
