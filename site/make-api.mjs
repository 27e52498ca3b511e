// The API pages, in site/api (not kept in git): what a plugin has to be, and every entry point that the core's package.json names.
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";

const core = new URL("../core/", import.meta.url);
const out = fileURLToPath(new URL("api", import.meta.url));
const { name, exports } = JSON.parse(readFileSync(new URL("package.json", core), "utf8"));

/** Sources, from core/src and without their ending, → how their page is called. */
const pages = new Map([["plugin", "plugin"]]);
for (const [path, { types }] of Object.entries(exports))
  if (types !== undefined) pages.set(types.replace(/^\.\/dist\/|\.d\.ts$/g, ""), path === "." ? "core" : path.slice(2));
const titleOf = (page) =>
  page === "plugin" ? "The contract of a plugin" : `${name}${page === "core" ? "" : `/${page}`}`;

const app = await Application.bootstrapWithPlugins({
  plugin: ["typedoc-plugin-markdown"],
  entryPoints: [...pages.keys()].map((source) => fileURLToPath(new URL(`src/${source}.ts`, core))),
  tsconfig: fileURLToPath(new URL("tsconfig.json", core)),
  readme: "none",
  out,
  logLevel: "Warn",
  router: "module",
  entryFileName: "README",
  name: "API of the core",
  pageTitleTemplates: { module: ({ name: page }) => titleOf(page) },
  disableSources: true,
  // `npm run check` does.
  skipErrorChecking: true,
  validation: false,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  expandObjects: true,
  sanitizeComments: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  typeDeclarationFormat: "table",
  tableColumnSettings: { hideModifiers: true, hideDefaults: true, hideInherited: true },
});
const project = await app.convert();
if (project === undefined) process.exit(1);
for (const module of project.children ?? []) module.name = pages.get(module.name) ?? module.name;
rmSync(out, { recursive: true, force: true });
await app.generateOutputs(project);
if (app.logger.hasErrors()) process.exitCode = 1;
