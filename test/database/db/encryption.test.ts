import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import { type PostgresServer, start } from "../../support/postgres.js";
import { scalar } from "../backfill/fixture.js";

const authority = fileURLToPath(new URL("../../support/certificates/authority.crt", import.meta.url));
const other = fileURLToPath(new URL("../../support/certificates/server.crt", import.meta.url));
const isEncrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

let encrypting: PostgresServer;
let plain: PostgresServer;

beforeAll(async () => {
  [encrypting, plain] = await Promise.all([start({ encryption: true }), start()]);
});
afterAll(async () => {
  await Promise.all([encrypting?.stop(), plain?.stop()]);
});

async function answer(server: PostgresServer, parameters: string): Promise<unknown> {
  const connection = await connect(`${server.url()}?${parameters}`, { applicationName: "lockstep test" });
  try {
    return await scalar(connection, isEncrypted);
  } finally {
    await connection.close();
  }
}

describe("a session is encrypted as the URL says, in the way of libpq and Prisma", () => {
  it.each([
    ["nothing said: where the server can", "", true],
    ["prefer", "sslmode=prefer", true],
    ["require, with a certificate that nobody has signed", "sslmode=require", true],
    ["node-postgres' no-verify", "sslmode=no-verify", true],
    ["Prisma's sslcert is the authority", `sslmode=require&sslaccept=strict&sslcert=${authority}`, true],
    ["verify-full with the authority", `sslmode=verify-full&sslrootcert=${authority}`, true],
    ["verify-ca: whatever the server is called", `sslmode=verify-ca&sslrootcert=${authority}`, true],
    ["disable", "sslmode=disable", false],
  ])("%s", async (_, parameters, expected) => {
    expect(await answer(encrypting, parameters)).toBe(expected);
  });

  it.each([
    ["a certificate that cannot be checked", "sslmode=verify-full", /unable to verify|self-signed/],
    ["one of another authority", `sslmode=verify-full&sslrootcert=${other}`, /unable to (verify|get)/],
    ["Prisma's strict", "sslmode=require&sslaccept=strict", /unable to verify|self-signed/],
    ["an authority that is not there", "sslmode=verify-full&sslrootcert=/none.crt", /none\.crt/],
  ])("refuses %s", async (_, parameters, message) => {
    await expect(answer(encrypting, parameters)).rejects.toMatchObject({ code: "LS8004", message });
  });

  it("a server without encryption: plain where that is allowed, else refused", async () => {
    expect(await answer(plain, "")).toBe(false);
    expect(await answer(plain, "sslmode=prefer")).toBe(false);
    await expect(answer(plain, "sslmode=require")).rejects.toMatchObject({ code: "LS8004" });
  });
});
