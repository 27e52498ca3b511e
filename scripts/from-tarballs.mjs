// How a project installs the tarballs of packed/, with each package manager, as long as no registry has the packages.
import { join } from "node:path";

/** What the packages of the ORMs depend on: npm takes it from the tarballs named beside them, the others ask the registry. */
const dependedOn = ["core", "typeorm-wrapper"];

/**
 * Settings for the top of the project's repository.
 *
 * @param {string} folder with the tarballs, absolute
 * @param {string} version
 * @returns {{ "pnpm-workspace.yaml": string, "package.json": object }} for pnpm, and for every yarn
 */
export function tarballSettings(folder, version) {
  const entries = dependedOn.map((name) => [
    `@lockstep/${name}`,
    `file:${join(folder, `lockstep-${name}-${version}.tgz`)}`,
  ]);
  return {
    "pnpm-workspace.yaml": `overrides:\n${entries.map(([name, file]) => `  "${name}": ${JSON.stringify(file)}\n`).join("")}`,
    "package.json": { resolutions: Object.fromEntries(entries) },
  };
}

/** What `npm run pack` prints of it. */
export function tarballText(folder, version) {
  const settings = tarballSettings(folder, version);
  const tarballs = (...names) => names.map((name) => join(folder, `lockstep-${name}-${version}.tgz`)).join(" ");
  const commands = (add) => `Prisma     ${add} --save-dev ${tarballs("core", "prisma")}
       TypeORM    ${add} ${tarballs("typeorm-wrapper")}
                  ${add} --save-dev ${tarballs("core", "typeorm")}`;
  const resolutions = JSON.stringify(settings["package.json"], null, 2).split("\n").slice(1, -1).join("\n");
  return `
To install them in a project
npm    ${commands("npm install")}
pnpm   Until the packages are published, pnpm needs this in pnpm-workspace.yaml, at the top of the repository:

${settings["pnpm-workspace.yaml"]}
       ${commands("pnpm add")}
yarn   Until the packages are published, yarn needs this in package.json, at the top of the repository:

${resolutions}

       Add "@lockstep/core" and "@lockstep/prisma" to devDependencies, as "file:<tarball>". With TypeORM, add "@lockstep/typeorm" instead,
       and "@lockstep/typeorm-wrapper" to dependencies. Then: yarn install
`;
}
