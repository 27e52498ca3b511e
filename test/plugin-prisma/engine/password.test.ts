import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProject, type PrismaProject, userModel } from "./prisma-project.js";

// The test server trusts everybody. What matters is the server's answer, so this one gives just that.
let server: Server;
let port: number;
let project: PrismaProject;

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      const isEncryptionRequest = data.length === 8 && data.readInt32BE(4) === 80877103;
      if (isEncryptionRequest) socket.write("N");
      else socket.end(errorResponse("28P01", 'password authentication failed for user "someone"'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address ? address.port : 0;
  project = createProject({ url: `postgresql://someone:wrong@127.0.0.1:${port}/x`, models: userModel });
});
afterAll(() => {
  project.dispose();
  server.close();
});

function errorResponse(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

test("wrong password: P1000, without the password", async () => {
  const run = await project.prisma(["migrate", "deploy"]);
  expect(run.stderr).toContain("P1000: Authentication failed against database server at `127.0.0.1`");
  expect(run.stderr).toContain("credentials for `someone` are not valid");
  expect(run.text).not.toContain("wrong");
  expect(run.code).toBe(1);
});
