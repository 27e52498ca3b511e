// The site of the documentation: `npm run site` makes it in site/dist, `npm run site:dev` serves it and follows edits. What that
// needs is installed in site/, which has a lock file of its own: hundreds of megabytes that nobody else has to wait for.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const site = fileURLToPath(new URL("../site", import.meta.url));
const command = process.argv[2] === "dev" ? "dev" : "build";
const run = (program, ...args) =>
  execFileSync(program, args, { cwd: site, stdio: "inherit", shell: process.platform === "win32" });

const marker = join(site, "node_modules/.lockstep-setup");
const lock = createHash("sha256")
  .update(readFileSync(join(site, "package-lock.json")))
  .digest("hex");
if (!existsSync(marker) || readFileSync(marker, "utf8") !== lock) {
  console.error("Installing what the site needs (npm ci) …");
  run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error");
  writeFileSync(marker, lock);
}
run("node", "node_modules/typescript/bin/tsc");
run("node", "make-api.mjs");
run("node", "node_modules/vitepress/bin/vitepress.js", command, ".");
