import type { Units } from "../dialect/units.js";
import { isDroppedConcurrently } from "../model/unit-spec.js";
import { strongestMode } from "../model/verdict.js";
import { splitStatements } from "./read/split-statements.js";
import { dropConstraint } from "./units/foreign-key.js";
import { describeUnit, downOfFile } from "./units/index.js";
import { renderFile } from "./units/render-file.js";

export const units: Units = {
  describe: describeUnit,
  lockWords: ({ spec, verdict }) =>
    `${strongestMode(verdict) ?? "no lock"}, ${verdict.held}`.replace(/^no lock, instant$/, "no lock") +
    (spec.kind === "prove" ? "; SHARE UPDATE EXCLUSIVE, scan" : ""),
  lockMeaning:
    "An `instant` lock is requested with a short timeout and retried: reads and writes never queue behind it for longer than\nhalf a second. SHARE UPDATE EXCLUSIVE lets reads and writes continue while the table is scanned.",
  isNeeded: () => true,
  isAlone: (spec) =>
    spec.kind === "create-index" ||
    spec.kind === "prove" ||
    ("isPartitioned" in spec && spec.isPartitioned === true) ||
    (spec.kind === "drop-index" && isDroppedConcurrently(spec)),
  framesOriginals: true,
  renderFile,
  split: (text) => splitStatements(text).map(({ lead, end }) => text.slice(lead, end)),
  // Each file has one block or one statement.
  autocommitted: () => undefined,
  withoutForeignKey: (spec) => [dropConstraint(spec, "IF EXISTS ")],
  downOf: downOfFile,
};
