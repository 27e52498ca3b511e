/**
 * Replaces Prisma's native schema engine in measurements: a program that starts in a few milliseconds, and connects to an engine process
 * that has already started. The native engine is a download that is not always available.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";

export interface ReadyEngine {
  /** For PRISMA_SCHEMA_ENGINE_BINARY. */
  readonly executable: string;
  /** Starts the process that answers the next run. @param args as the CLI starts its engine */
  prepare(args: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** @param engine Lockstep's executable: with LOCKSTEP=off it runs the WebAssembly engine without interception */
export async function readyEngine(folder: string, engine: string): Promise<ReadyEngine> {
  let next: ChildProcess | undefined;
  const started = new Set<ChildProcess>();
  const server = createServer((socket) => {
    const child = next;
    next = undefined;
    if (!child?.stdin || !child.stdout) return socket.destroy(new Error("No engine was prepared."));
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
    socket.on("error", () => child.kill());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const executable = join(folder, "ready-engine.sh");
  const { port } = server.address() as AddressInfo;
  // `cli can-connect-to-database` returns yes. The CLI closes stdin and sends SIGTERM a moment later. If the engine exits in between, the CLI
  // exits without printing its result.
  const program = [
    "#!/bin/bash",
    'for word; do [ "$word" = cli ] && exit 0; done',
    `exec 3<>/dev/tcp/127.0.0.1/${port}`,
    "cat <&3 & answers=$!",
    "cat <&0 >&3 & requests=$!",
    "trap 'kill $answers $requests; exit' TERM",
    "wait $requests; sleep 0.1 <&- >&- 2>&- 3>&- & wait $!",
    "kill $answers",
  ];
  writeFileSync(executable, `${program.join("\n")}\n`, { mode: 0o755 });
  return {
    executable,
    async prepare(args) {
      next?.kill();
      const { LOCKSTEP_NATIVE_SCHEMA_ENGINE: _, NODE_OPTIONS: __, ...env } = process.env;
      next = spawn(process.execPath, [engine, ...args], {
        env: { ...env, LOCKSTEP: "off" },
        stdio: ["pipe", "pipe", "inherit"],
      });
      started.add(next);
      // It has connected to the database then, and its WebAssembly is compiled.
      next.stdin?.write(
        `${JSON.stringify({ jsonrpc: "2.0", id: 899_999, method: "getDatabaseVersion", params: {} })}\n`,
      );
      await new Promise((resolve, reject) => {
        next?.stdout?.once("data", resolve);
        next?.once("exit", (code) => reject(new Error(`The prepared engine ended with ${code}.`)));
      });
    },
    async close() {
      for (const each of started) each.kill();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
