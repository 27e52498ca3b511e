/** A network in front of a server that can fall silent: connections stay open, new ones too, and nothing comes through. */
import { connect as connectSocket, createServer, type Socket } from "node:net";

export interface SilentNetwork {
  /** The URL that clients use in place of the server's. */
  readonly url: string;
  /** Nothing more comes through, in no direction. @param which those that are open (`old`), or new ones as well. Default: all */
  silence(which?: "old" | "all"): void;
  /** New connections work again; those that were silenced have lost what was sent, and stay so. */
  recover(): void;
  stop(): Promise<void>;
}

/** @param url of the server; a short `connect_timeout` is added, so that nobody waits long for a connection that does not come */
export async function startSilentNetwork(url: string): Promise<SilentNetwork> {
  const server = new URL(url);
  const sockets = new Set<Socket>();
  let open: { isSilent: boolean }[] = [];
  let isSilent = false;
  // Half open: not even the end of a connection comes through.
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const line = { isSilent };
    open.push(line);
    const far = connectSocket({ port: Number(server.port), host: server.hostname, allowHalfOpen: true });
    for (const [from, to] of [
      [client, far],
      [far, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => void (line.isSilent || to.write(chunk)));
      from.on("end", () => void (line.isSilent || to.end()));
      from.on("error", () => undefined);
      from.on("close", () => void (line.isSilent || to.destroy()));
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const own = new URL(url);
  own.port = String((listener.address() as { port: number }).port);
  own.searchParams.set("connect_timeout", "1");
  return {
    url: own.toString(),
    silence(which = "all") {
      for (const line of open) line.isSilent = true;
      open = [];
      isSilent = which === "all";
    },
    recover() {
      isSilent = false;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
