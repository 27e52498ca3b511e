import { type Change, change } from "../change.js";

/** PostgreSQL's own types; several in one table are one block and one pass of the backfill. */
export const natives: readonly Change[] = [
  change({
    name: "native texts in one change",
    model: "Device",
    has: ["number Int"],
    gets: [
      "/// @lockstep.backfill('d' || number)",
      "short String @db.VarChar(12)",
      "/// @lockstep.backfill(lpad(number::text, 6, '0'))",
      "fixed String @db.Char(6)",
      "/// @lockstep.backfill(md5(number::text)::uuid)",
      "uid String @unique @db.Uuid",
      "/// @lockstep.backfill('10.0.0.0'::inet + number)",
      "address String @db.Inet",
      "/// @lockstep.backfill(number::bit(8))",
      "flags String @db.Bit(8)",
      "/// @lockstep.backfill(number::bit(8)::varbit)",
      "mask String @db.VarBit(8)",
      "/// @lockstep.backfill(xmlparse(CONTENT '<n>' || number || '</n>'))",
      "report String @db.Xml",
      "/// @lockstep.backfill(json_build_object('number', number))",
      "payload Json @db.Json",
    ],
    filledWith: ["number", "n"],
    right: `short = 'd' || number AND fixed = lpad(number::text, 6, '0') AND uid = md5(number::text)::uuid
      AND address - '10.0.0.0'::inet = number AND flags = number::bit(8) AND mask = number::bit(8)::varbit
      AND report::text = '<n>' || number || '</n>' AND payload->>'number' = number::text`,
  }),
  change({
    name: "native numbers in one change",
    model: "Meter",
    has: ["number Int"],
    gets: [
      "/// @lockstep.backfill((number % 1000)::smallint)",
      "small Int @db.SmallInt",
      "/// @lockstep.backfill(number::oid)",
      "object Int @db.Oid",
      "/// @lockstep.backfill(number::real / 2)",
      "half Float @db.Real",
      "/// @lockstep.backfill(round(number / 3.0, 2))",
      "third Decimal @db.Decimal(10, 2)",
      "/// @lockstep.backfill(number::numeric::money)",
      "price Decimal @db.Money",
    ],
    filledWith: ["number", "n"],
    right: `small = number % 1000 AND object = number::oid AND half = number::real / 2 AND third = round(number / 3.0, 2)
      AND price::numeric = number`,
  }),
  change({
    name: "native times in one change",
    model: "Shift",
    has: ["startedAt DateTime @db.Timestamptz(6)"],
    gets: [
      `/// @lockstep.backfill(("startedAt" AT TIME ZONE 'UTC')::date)`,
      "day DateTime @db.Date",
      `/// @lockstep.backfill(("startedAt" AT TIME ZONE 'UTC')::time(3))`,
      "clock DateTime @db.Time(3)",
      `/// @lockstep.backfill("startedAt" AT TIME ZONE 'UTC')`,
      "plain DateTime @db.Timestamp(6)",
      `/// @lockstep.backfill("startedAt" + interval '8 hours')`,
      "endsAt DateTime @db.Timestamptz(3)",
    ],
    filledWith: [`"startedAt"`, "timestamptz '2026-03-01 00:00Z' + n * interval '61 minutes'"],
    right: `day = ("startedAt" AT TIME ZONE 'UTC')::date AND clock = ("startedAt" AT TIME ZONE 'UTC')::time(3)
      AND plain = "startedAt" AT TIME ZONE 'UTC' AND "endsAt" = "startedAt" + interval '8 hours'`,
  }),
  change({
    name: "a uuid that is unique",
    model: "Session",
    has: ["token String"],
    gets: ["/// @lockstep.backfill(md5(token)::uuid)", "publicId String @unique @db.Uuid"],
    filledWith: ["token", "'token ' || n"],
    right: `"publicId" = md5(token)::uuid`,
  }),
  change({
    name: "a varchar cut to its size",
    model: "Article",
    has: ["title String"],
    gets: ["/// @lockstep.backfill(left(title, 20))", "teaser String @db.VarChar(20)"],
    filledWith: ["title", "repeat('word ', 10) || n"],
    right: "teaser = left(title, 20)",
  }),
];
