import { expect, test } from "vitest";
import { ghOst } from "../../../../core/src/mysql/online/gh-ost.js";
import { ptOsc } from "../../../../core/src/mysql/online/pt-osc.js";
import type { Copy } from "../../../../core/src/mysql/online/tool.js";

const copy: Copy = {
  database: "shop",
  table: "order",
  alter: "MODIFY `net` bigint NOT NULL",
  server: { host: "db.example.org", port: 3307 },
  maxLagSeconds: 2,
  chunkMs: 50,
  replicasBy: ["processlist"],
  hasTriggers: true,
  isReferenced: true,
};
const files = { credentials: "/run/x/my.cnf", path: (name: string) => `/run/x/${name}` };

test("the commands, without a password", () => {
  expect(ptOsc.arguments(copy, files, false)).toEqual([
    "--execute",
    ...["--alter", "MODIFY `net` bigint NOT NULL"],
    ...["--chunk-time", "0.05"],
    ...["--max-lag", "2"],
    ...["--check-interval", "1"],
    ...["--recursion-method", "processlist"],
    ...["--set-vars", "lock_wait_timeout=1,innodb_lock_wait_timeout=1"],
    ...["--tries", "create_triggers:60:1,drop_triggers:60:1,swap_tables:60:1,update_foreign_keys:60:1"],
    ...["--progress", "time,1"],
    "--no-version-check",
    ...["--plugin", "/run/x/lockstep.pm"],
    "--preserve-triggers",
    ...["--alter-foreign-keys-method", "rebuild_constraints"],
    "F=/run/x/my.cnf,h=db.example.org,P=3307,D=shop,t=order,A=utf8mb4",
  ]);
  // Flags of gh-ost 1.1.8, go/cmd/gh-ost/main.go
  expect(ghOst.arguments(copy, files, false)).toEqual([
    "--conf=/run/x/my.cnf",
    "--host=db.example.org",
    "--port=3307",
    "--database=shop",
    "--table=order",
    "--alter=MODIFY `net` bigint NOT NULL",
    "--allow-on-master",
    "--assume-rbr",
    "--max-lag-millis=2000",
    "--chunk-size=500",
    "--cut-over-lock-timeout-seconds=1",
    "--default-retries=60",
    "--panic-on-warnings",
    "--ok-to-drop-table",
    "--serve-socket-file=/run/x/gh-ost.sock",
    "--execute",
  ]);
  expect(ghOst.arguments(copy, files, true)).not.toContain("--execute");
});

test.each([
  [ptOsc, "Copying `shop`.`order`:  12% 01:05 remain", { fraction: 0.12, etaMs: 65_000 }],
  [ptOsc, "Copying `shop`.`order`:   3% 02:01:05 remain", { fraction: 0.03, etaMs: 7_265_000 }],
  [ptOsc, "Copying `shop`.`order`:   0% 1+02:00:00 remain", { fraction: 0, etaMs: 93_600_000 }],
  [ptOsc, "2026-11-23T09:42:06 Copied rows OK.", undefined],
  [
    ghOst,
    "Copy: 14100/752865 1.9%; Applied: 0; Backlog: 0/100; Time: 32s(total), 3s(copy); streamer: mysql-bin.007068:864722759; Lag: 0.01s, HeartbeatLag: 0.01s, State: migrating; ETA: 2m37s",
    { fraction: 0.019, etaMs: 157_000 },
  ],
  [
    ghOst,
    "Copy: 0/752865 0.0%; Applied: 0; Backlog: 0/100; Time: 29s(total), 0s(copy); streamer: mysql-bin.007068:846528615; Lag: 0.01s, HeartbeatLag: 0.01s, State: migrating; ETA: N/A",
    { fraction: 0 },
  ],
])("$0.id: $1", (tool, line, expected) => {
  const found = tool.progress(line);
  expect(found && { ...found, fraction: Number(found.fraction.toFixed(4)) }).toEqual(expected);
});

test("what a run leaves, by the tools' own names", () => {
  expect(ptOsc.leftovers({ database: "shop-a", table: "x".repeat(59) }).triggers[0]?.name).toMatch(
    /^pt_osc_shop_a_x{46}_ins$/,
  );
  expect(ghOst.leftovers(copy).tables.map(({ name }) => name)).toEqual(["_order_gho", "_order_ghc"]);
});
