/** Where pt-online-schema-change is on this machine: installed, or unpacked from Debian's packages below node_modules. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheFor, libraryFolders, unpack } from "./debian-packages.js";

const tool = "pt-online-schema-change";

/**
 * Sees to it that PATH leads to the tool, with its driver for MySQL.
 * @returns false where there is none and none can be had
 */
export function usePtOsc(): boolean {
  if (runs() && spawnSync("perl", ["-MDBD::mysql", "-e", "1"]).status === 0) return true;
  if (!unpack("percona-toolkit", ["percona-toolkit", "libdbd-mysql-perl"], ["percona-toolkit", "libdbd-mysql-perl"]))
    return false;
  const cache = cacheFor("percona-toolkit");
  const bin = join(cache, "lockstep-bin");
  const libraries = libraryFolders(cache);
  const modules = libraries.flatMap((folder) => {
    const perl = join(folder, "perl5");
    return existsSync(perl) ? readdirSync(perl).map((version) => join(perl, version)) : [];
  });
  mkdirSync(bin, { recursive: true });
  // Of the client library, which looks for them where it would be installed: accounts of MySQL log in by one.
  const plugins = libraries.map((folder) => join(folder, "libmariadb3/plugin")).find((folder) => existsSync(folder));
  const environment = `${plugins === undefined ? "" : `MARIADB_PLUGIN_DIR='${plugins}' `}PERL5LIB='${[...modules, join(cache, "usr/share/perl5")].join(delimiter)}' LD_LIBRARY_PATH='${libraries.join(delimiter)}'`;
  writeFileSync(join(bin, tool), `#!/bin/sh\n${environment} exec perl '${join(cache, "usr/bin", tool)}' "$@"\n`, {
    mode: 0o755,
  });
  if (!process.env.PATH?.startsWith(bin)) process.env.PATH = `${bin}${delimiter}${process.env.PATH}`;
  return runs();
}

function runs(): boolean {
  return spawnSync(tool, ["--version"]).status === 0;
}
