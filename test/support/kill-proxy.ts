/** Stands between a command and the database server, and has it killed at one of its messages. */
import { connect as connectSocket, createServer, type Socket } from "node:net";

export interface KillProxy {
  /** The URL that the command gets in place of the server's. */
  readonly url: string;
  /** What has come from the command so far: the beginnings of messages, without what is not printable. */
  readonly messages: readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts one. With the message number `at` everything between the command and the server is cut: an even one has reached the server
 * by then, which does it although nobody waits for the answer; an odd one has not.
 *
 * @param kill ends the command
 */
export async function startKillProxy(url: string, at: number, kill: () => void): Promise<KillProxy> {
  const server = new URL(url);
  const sockets = new Set<Socket>();
  const messages: string[] = [];
  const cut = () => {
    kill();
    for (const socket of sockets) socket.end();
  };
  const listener = createServer((client) => {
    const session = connectSocket(Number(server.port), server.hostname);
    for (const [from, to] of [
      [client, session],
      [session, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => undefined);
      from.on("close", () => to.destroy());
    }
    session.on("data", (chunk) => client.write(chunk));
    client.on("data", (chunk) => {
      // Whoever says goodbye has done what there was to do.
      if (chunk.equals(mysqlQuit)) return session.write(chunk);
      messages.push(textOf(chunk));
      const count = messages.length;
      if (at > 0 && count >= at && (count > at || at % 2 === 1)) return cut();
      session.write(chunk);
      if (count === at) cut();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const own = new URL(url);
  own.port = String((listener.address() as { port: number }).port);
  return {
    url: own.toString(),
    messages,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** COM_QUIT. */
const mysqlQuit = Buffer.from([1, 0, 0, 0, 1]);

function textOf(chunk: Buffer): string {
  return chunk
    .toString("latin1")
    .replace(/[^\x20-\x7e]+/g, " ")
    .slice(0, 200);
}
