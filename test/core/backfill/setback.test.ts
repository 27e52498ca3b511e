import { describe, expect, it } from "vitest";
import { setbackReason } from "../../../core/src/backfill/setback.js";
import { LockstepError } from "../../../core/src/base/errors.js";

const database = (code: string) => Object.assign(new Error("words that nobody reads"), { code, severity: "ERROR" });
const socket = (code: string) => Object.assign(new Error("read failed"), { code });

describe("setbackReason", () => {
  it.each([
    ["40001", "conflict"],
    ["40P01", "conflict"],
    ["55P03", "locked"],
    ["57014", "timeout"],
    ["57P01", "connection"],
    ["25P03", "connection"],
    ["08006", "connection"],
    ["57P03", "busy"],
    ["53300", "busy"],
    ["23505", "data"],
    ["22001", "data"],
    ["P0001", "data"],
    ["21000", "data"],
    ["54000", "data"],
    ["U0042", "data"],
    ["XX000", "data"],
    ["42501", undefined],
    ["42703", undefined],
    ["53100", undefined],
    ["XX001", undefined],
    ["25006", undefined],
    ["0A000", undefined],
  ])("SQLSTATE %s: %s", (code, reason) => {
    expect(setbackReason(database(code), false)).toBe(reason);
  });

  it("knows broken sockets, and the driver's errors without a code once the session is gone", () => {
    expect(setbackReason(socket("ECONNRESET"), false)).toBe("connection");
    expect(setbackReason(new Error("Connection terminated unexpectedly"), true)).toBe("connection");
    expect(setbackReason(new Error("Connection terminated unexpectedly"), false)).toBeUndefined();
  });

  it("leaves our own errors and bugs alone", () => {
    expect(setbackReason(new LockstepError("LS5003", "taken over"), true)).toBeUndefined();
    expect(setbackReason(new TypeError("x is undefined"), false)).toBeUndefined();
    expect(setbackReason(undefined, false)).toBeUndefined();
  });
});
