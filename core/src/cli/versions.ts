import { readFileSync } from "node:fs";
import { join } from "node:path";
import { versionFrom } from "../base/files/installed.js";
import type { DialectId } from "../model/dialect.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";

/** A package or program and its version. */
export interface Versioned {
  readonly name: string;
  readonly version: string;
}

/** The versions involved when Lockstep runs in a folder: the first line of a bug report. */
export interface Versions {
  readonly lockstep: string;
  readonly plugins: readonly Versioned[];
  /** The project's ORM. Absent outside a project. */
  readonly orm?: Versioned;
  /** The driver that the project has installed. Absent if it has no supported driver. */
  readonly driver?: Versioned;
  readonly node: string;
}

const drivers: Readonly<Record<DialectId, readonly string[]>> = {
  postgresql: ["pg", "postgres"],
  mysql: ["mysql2", "mariadb"],
  mariadb: ["mariadb", "mysql2"],
};

/** Finds the versions. If the project cannot be found, its versions are left out. */
export async function versionsAt(plugins: readonly OrmPlugin[], cwd: string): Promise<Versions> {
  const found = await projectAt(plugins, cwd);
  const driver =
    found && drivers[found.project.dialect].map((name) => installed(name, found.project.root)).find((each) => each);
  return {
    lockstep: versionIn(new URL("../../package.json", import.meta.url)),
    plugins: plugins.map(({ packageName, packageFolder }) => ({
      name: packageName,
      version: versionIn(join(packageFolder, "package.json")),
    })),
    ...(found && { orm: { name: found.plugin.id, version: found.project.ormVersion } }),
    ...(driver && { driver }),
    node: process.versions.node,
  };
}

/** `lockstep 0.1.0 · @lockstep/prisma 0.1.0 · prisma 7.10.0 · pg 8.23.1 · node 20.20.2` */
export function versionsText({ lockstep, plugins, orm, driver, node }: Versions): string {
  const all = [{ name: "lockstep", version: lockstep }, ...plugins, orm, driver, { name: "node", version: node }];
  return all.flatMap((each) => (each === undefined ? [] : [`${each.name} ${each.version}`])).join(" · ");
}

async function projectAt(
  plugins: readonly OrmPlugin[],
  cwd: string,
): Promise<{ readonly plugin: OrmPlugin; readonly project: Project } | undefined> {
  for (const plugin of plugins) {
    // Ignore any error: a bug report must not end in another error.
    const project = await plugin.findProject(cwd).catch(() => undefined);
    if (project !== undefined) return { plugin, project };
  }
  return undefined;
}

function installed(name: string, root: string): Versioned | undefined {
  const version = versionFrom(root, name);
  return version === undefined ? undefined : { name, version };
}

function versionIn(manifest: string | URL): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
