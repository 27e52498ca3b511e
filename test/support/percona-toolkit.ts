/** Whether pt-online-schema-change runs on this machine, with its driver for MySQL. Where it does not its tests are left out. */
import { spawnSync } from "node:child_process";

const { status } = spawnSync("pt-online-schema-change", ["--version"]);
const driver = spawnSync("perl", ["-MDBD::mysql", "-e", "1"]);

export const hasPtOsc = status === 0 && driver.status === 0;
if (!hasPtOsc)
  console.warn(
    "No pt-online-schema-change with DBD::mysql here (apt-get install percona-toolkit): its tests are left out.",
  );
