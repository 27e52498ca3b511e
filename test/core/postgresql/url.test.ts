import { describe, expect, it } from "vitest";
import { LockstepError } from "../../../core/src/base/errors.js";
import { readConnectionUrl } from "../../../core/src/postgresql/url.js";

describe("readConnectionUrl", () => {
  it("takes Prisma's own parameters out and keeps the driver's", () => {
    const url = readConnectionUrl(
      "postgresql://app:pw@db.example.org:6432/shop?schema=tenant_a&connection_limit=5&sslmode=require&pgbouncer=true&connect_timeout=3&options=-cx%3Dy",
    );
    expect(url).toMatchObject({
      driverUrl: "postgresql://app:pw@db.example.org:6432/shop?options=-cx%3Dy",
      label: "db.example.org:6432/shop",
      schema: "tenant_a",
      connectTimeoutMs: 3000,
    });
  });

  it("fills in what may be left out", () => {
    expect(readConnectionUrl("postgres://localhost/shop")).toMatchObject({
      label: "localhost:5432/shop",
      schema: undefined,
      connectTimeoutMs: undefined,
    });
    expect(readConnectionUrl("postgresql://app@localhost/shop?host=/run/pg").label).toBe("/run/pg:5432/shop");
    expect(readConnectionUrl("postgresql://app:pw@[::1]:5433/caf%C3%A9").label).toBe("[::1]:5433/café");
  });

  it.each([
    ["not a URL", "se:cret pass@word"],
    ["a proxy", "prisma://accelerate.example.org/?api_key=secret"],
    ["another database", "mysql://root:secret@localhost/shop"],
    ["a broken port", "postgresql://app:secret@host:port/shop"],
    ["nothing", ""],
  ])("refuses %s without repeating it", (_, text) => {
    try {
      readConnectionUrl(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(LockstepError);
      const { code, message, hint, details, cause } = error as LockstepError;
      expect(code).toBe("LS8004");
      expect(JSON.stringify([message, hint, details, cause ?? null])).not.toMatch(/secret|se:cret/);
    }
  });
});
