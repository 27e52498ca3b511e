import { expect, it } from "vitest";
import { IdleServer } from "../../../core/src/backfill/idle-server.js";

/** A sample: transactions of others in its second, and whether one is open. Undefined: not visible. */
type Sample = { readonly ended: number; readonly isOpen?: true } | undefined;

const seconds = (count: number, ended = 0): Sample[] => Array.from({ length: count }, () => ({ ended }));
const open: Sample = { ended: 0, isOpen: true };

it.each<readonly [string, readonly Sample[], boolean]>([
  ["no sample", [], false],
  ["not visible", [undefined, undefined, undefined, undefined, undefined, undefined], false],
  ["idle for three seconds", seconds(4), false],
  ["idle for four seconds", seconds(5), true],
  ["counts of Lockstep that arrive late", [...seconds(3), { ended: 6 }, { ended: -6 }, { ended: 5 }], true],
  ["five transactions per second", seconds(20, 5), false],
  ["a burst of transactions", [...seconds(9), { ended: 30 }], false],
  ["three seconds after a burst", [...seconds(3), { ended: 30 }, ...seconds(3)], false],
  ["an open transaction", [...seconds(9), open], false],
  ["seven seconds after an interruption", [...seconds(9), open, ...seconds(8)], false],
  ["eight seconds after an interruption", [...seconds(9), open, ...seconds(9)], true],
  ["ten seconds after two interruptions", [...seconds(9), open, ...seconds(9), open, ...seconds(11)], false],
  ["sixteen seconds after two interruptions", [...seconds(9), open, ...seconds(9), open, ...seconds(17)], true],
  ["a transaction that was open from the start", [open, open, ...seconds(5)], true],
  ["visibility that ends", [...seconds(9), undefined], false],
])("%s", (_, samples, isIdle) => {
  const server = new IdleServer();
  let ended = 1000;
  for (const [at, sample] of samples.entries()) {
    ended += sample?.ended ?? 0;
    server.look(sample && { ended, isAtWork: sample.isOpen === true }, at * 1000);
  }
  expect(server.isIdle((samples.length - 1) * 1000)).toBe(isIdle);
});

it("ends if no sample arrives", () => {
  const server = new IdleServer();
  for (let at = 0; at < 6; at++) server.look({ ended: 0, isAtWork: false }, at * 1000);
  expect(server.isIdle(5000)).toBe(true);
  expect(server.isIdle(9000)).toBe(false);
});
