import { describe, expect, it } from "vitest";
import { nextOpening, readWindows } from "../../../core/src/backfill/windows.js";

/** Undefined: open. */
const opens = (windows: string, at: string) => {
  const found = nextOpening(readWindows(windows)!, new Date(at));
  return found?.at.getTime() === new Date(at).getTime() ? undefined : found?.text;
};

describe("windows", () => {
  // 23 November 2026 is a Monday.
  it.each([
    ["Mon-Fri 01:00-05:00 Europe/Berlin", "2026-11-23T00:00:00Z", undefined],
    ["Mon-Fri 01:00-05:00 Europe/Berlin", "2026-11-23T03:59:59Z", undefined],
    ["Mon-Fri 01:00-05:00 Europe/Berlin", "2026-11-23T04:00:00Z", "Tue 24 Nov 01:00 Europe/Berlin"],
    ["Mon-Fri 01:00-05:00 Europe/Berlin", "2026-11-22T23:59:59Z", "Mon 23 Nov 01:00 Europe/Berlin"],
    ["Mon-Fri 01:00-05:00 Europe/Berlin", "2026-11-28T00:30:00Z", "Mon 30 Nov 01:00 Europe/Berlin"],
    ["01:00-05:00", "2026-11-23T00:59:00Z", "Mon 23 Nov 01:00 UTC"],
    // Over midnight: the day is the one on which it begins.
    ["Fri 22:00-04:00", "2026-11-27T22:00:00Z", undefined],
    ["Fri 22:00-04:00", "2026-11-28T03:59:00Z", undefined],
    ["Fri 22:00-04:00", "2026-11-27T03:59:00Z", "Fri 27 Nov 22:00 UTC"],
    ["Sat-Mon 22:00-24:00", "2026-11-23T23:30:00Z", undefined],
    ["Sat-Mon 22:00-24:00", "2026-11-24T00:00:00Z", "Sat 28 Nov 22:00 UTC"],
    [
      "Mon, Wed 10:00-11:00; Tue 09:00-10:00 America/New_York",
      "2026-11-23T11:00:00Z",
      "Tue 24 Nov 09:00 America/New_York",
    ],
    // In Berlin clocks go from 02:00 to 03:00 on 29 March 2026 (01:00 UTC), and back on 25 October (01:00 UTC).
    ["01:00-05:00 Europe/Berlin", "2026-03-29T00:00:00Z", undefined],
    ["01:00-05:00 Europe/Berlin", "2026-03-29T02:59:59Z", undefined],
    ["01:00-05:00 Europe/Berlin", "2026-03-29T03:00:00Z", "Mon 30 Mar 01:00 Europe/Berlin"],
    ["01:00-05:00 Europe/Berlin", "2026-03-28T23:59:59Z", "Sun 29 Mar 01:00 Europe/Berlin"],
    ["02:30-04:00 Europe/Berlin", "2026-03-29T00:59:59Z", "Sun 29 Mar 03:00 Europe/Berlin"],
    ["02:00-03:00 Europe/Berlin", "2026-03-29T00:59:59Z", "Mon 30 Mar 02:00 Europe/Berlin"],
    ["Sun 02:00-03:00 Europe/Berlin", "2026-03-22T02:00:00Z", "Sun 5 Apr 02:00 Europe/Berlin"],
    ["01:00-05:00 Europe/Berlin", "2026-10-24T23:00:00Z", undefined],
    ["01:00-05:00 Europe/Berlin", "2026-10-25T03:59:59Z", undefined],
    ["01:00-05:00 Europe/Berlin", "2026-10-25T04:00:00Z", "Mon 26 Oct 01:00 Europe/Berlin"],
    // The hour that comes twice is in the window both times.
    ["02:00-02:30 Europe/Berlin", "2026-10-25T00:15:00Z", undefined],
    ["02:00-02:30 Europe/Berlin", "2026-10-25T00:45:00Z", "Sun 25 Oct 02:00 Europe/Berlin"],
    ["02:00-02:30 Europe/Berlin", "2026-10-25T01:15:00Z", undefined],
  ])("%s at %s: %s", (windows, at, expected) => {
    expect(opens(windows, at)).toBe(expected);
  });

  it.each([
    "",
    "01:00",
    "25:00-26:00",
    "01:60-02:00",
    "01:00-01:00",
    "24:00-02:00",
    "Mo-Fr 01:00-05:00",
    "Mon-Wed-Fri 01:00-05:00",
    "01:00-05:00 Europe/Nowhere",
    "01:00-05:00;",
  ])("refuses %s", (text) => {
    expect(readWindows(text)).toBeUndefined();
  });
});
