/** A registry that has the packed packages and nothing else: `init` adds them as people get them. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { publishedModules, tarballs } from "../support/published.js";

let started: Promise<string> | undefined;

/** Its URL, for packages of the scope `@lockstep`. It ends with the process. */
export function registry(): Promise<string> {
  started ??= start();
  return started;
}

async function start(): Promise<string> {
  const files = new Map(
    Object.entries(tarballs()).map(([name, file]) => {
      const bytes = readFileSync(file);
      const manifest = join(publishedModules(), name, "package.json");
      return [name, { bytes, place: basename(file), manifest: JSON.parse(readFileSync(manifest, "utf8")) as Manifest }];
    }),
  );
  const server = createServer((request, response) => {
    const { url } = { url: decodeURIComponent(request.url ?? "") };
    const found = [...files].find(([name, { place }]) => url === `/${name}` || url.endsWith(`/${place}`));
    if (found === undefined) return response.writeHead(404).end();
    const [name, { bytes, place, manifest }] = found;
    if (url.endsWith(".tgz")) return response.end(bytes);
    const { version } = manifest;
    // Caches take what has the same address for the same: builds of one version differ in it.
    const tarball = `http://${request.headers.host}/${createHash("sha1").update(bytes).digest("hex")}/${place}`;
    const dist = { tarball, integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}` };
    const time = { modified: "2020-01-01T00:00:00.000Z", [version]: "2020-01-01T00:00:00.000Z" };
    response.setHeader("content-type", "application/json");
    return response.end(
      JSON.stringify({ name, time, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

interface Manifest {
  readonly version: string;
}
