import { expect, test } from "vitest";
import { renamed } from "../../../../core/src/code/names/renamed.js";

test.each([
  [
    'displayName: z.string().max(80, "Display name too long")',
    "displayName",
    "locale",
    'locale: z.string().max(80, "Locale too long")',
  ],
  ["userDisplayName ?? DISPLAY_NAME_MAX", "displayName", "timeZone", "userTimeZone ?? TIME_ZONE_MAX"],
  ['row["display_name"], display-name', "displayName", "timeZone", 'row["time_zone"], time-zone'],
  [
    "email, emails, voicemail, userEmail, emailSchema",
    "email",
    "phone",
    "phone, emails, voicemail, userPhone, phoneSchema",
  ],
  ["assetClass: AssetClass.EQUITY", "assetClass", "assetSubClass", "assetSubClass: AssetSubClass.EQUITY"],
  ["born_at: row.born_at", "born_at", "diedAt", "diedAt: row.diedAt"],
  ["a.b", "$", "c", "a.b"],
])("%s: %s is %s", (text, from, to, expected) => {
  expect(renamed(text, from, to)).toBe(expected);
});
