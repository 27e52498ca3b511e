/**
 * A connection pooler, as small as it can be. In transaction mode a server session belongs to a client for one transaction, in session
 * mode until the client leaves. It tidies nothing up in between, as PgBouncer in transaction mode.
 */
import { connect as connectSocket, createServer, type Socket } from "node:net";

export interface Pooler {
  /** The URL that clients use in place of the server's. */
  readonly url: string;
  stop(): Promise<void>;
}

const sslRequest = 80877103;
/** AuthenticationOk, BackendKeyData of nobody, ReadyForQuery. */
const welcome = Buffer.concat([message("R", int(0)), message("K", int(1), int(1)), message("Z", Buffer.from("I"))]);

/** Starts one in front of a server that trusts its clients. `url` names user and database of every session. */
export async function startPooler(url: string, mode: "transaction" | "session" = "transaction"): Promise<Pooler> {
  const server = new URL(url);
  const idle: Socket[] = [];
  const sockets = new Set<Socket>();
  const take = async () => idle.pop() ?? openSession(server, sockets);
  const listener = createServer((client) => {
    sockets.add(client);
    serve(client, take, (session) => idle.push(session), mode);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as { port: number };
  const own = new URL(url);
  own.port = String(port);
  return {
    url: own.toString(),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

function serve(
  client: Socket,
  take: () => Promise<Socket>,
  giveBack: (session: Socket) => void,
  mode: "transaction" | "session",
): void {
  let isStarted = false;
  let waiting = Buffer.alloc(0);
  let session: Socket | undefined;
  let isTaking = false;
  const forward = async () => {
    if (isTaking || waiting.length === 0) return;
    if (session === undefined) {
      isTaking = true;
      session = await take();
      isTaking = false;
      session.on("data", receive);
    }
    session.write(waiting);
    waiting = Buffer.alloc(0);
  };
  let partial = Buffer.alloc(0);
  const receive = (chunk: Buffer) => {
    client.write(chunk);
    partial = Buffer.concat([partial, chunk]);
    for (const [type, body] of messagesOf(partial)) {
      partial = partial.subarray(5 + body.length);
      // Between two transactions the session goes to whoever asks next.
      if (mode === "transaction" && type === "Z" && body.toString() === "I") leave();
    }
  };
  const leave = () => {
    if (session === undefined) return;
    session.off("data", receive);
    giveBack(session);
    session = undefined;
  };
  client.on("error", () => undefined);
  client.on("close", () => session?.destroy());
  client.on("data", (chunk: Buffer) => {
    if (!isStarted) {
      if (chunk.readInt32BE(4) === sslRequest) return void client.write("N");
      isStarted = true;
      return void client.write(welcome);
    }
    if (String.fromCharCode(chunk[0] ?? 0) === "X") {
      leave();
      return void client.end();
    }
    waiting = Buffer.concat([waiting, chunk]);
    void forward();
  });
}

/** A session of the server, ready for a query. */
function openSession(url: URL, sockets: Set<Socket>): Promise<Socket> {
  const socket = connectSocket(Number(url.port), url.hostname);
  sockets.add(socket);
  socket.on("error", () => undefined);
  const pairs = ["user", decodeURIComponent(url.username), "database", url.pathname.slice(1)];
  const body = Buffer.concat([int(196608), ...pairs.map((text) => Buffer.from(`${text}\0`)), Buffer.from("\0")]);
  socket.write(Buffer.concat([int(body.length + 4), body]));
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const wait = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (![...messagesOf(received)].some(([type]) => type === "Z")) return;
      socket.off("data", wait);
      resolve(socket);
    };
    socket.on("data", wait);
  });
}

function* messagesOf(bytes: Buffer): Generator<[type: string, body: Buffer]> {
  for (let rest = bytes; rest.length >= 5; ) {
    const length = rest.readInt32BE(1);
    if (rest.length < length + 1) return;
    yield [String.fromCharCode(rest[0] ?? 0), rest.subarray(5, length + 1)];
    rest = rest.subarray(length + 1);
  }
}

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int(body.length + 4), body]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
