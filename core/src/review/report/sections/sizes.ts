import { sizeText } from "../../../backfill/run-option.js";
import { tableLabel } from "../../../model/names.js";
import { counted } from "../../counted.js";
import { duration } from "../../progress.js";
import { adviceTexts, named } from "../../rehearsal-words.js";
import { list, missing, type Part, table } from "../blocks.js";
import { defineSection, type ReportInput } from "../section.js";

/** The size of the tables, their growth, and the duration with production's rows. */
export default defineSection({
  id: "sizes",
  title: "Rows and sizes",

  data({ rehearsal }: ReportInput) {
    const own = rehearsal?.runs.find(({ way }) => way === "plan")?.steps ?? [];
    return {
      tables: rehearsal?.stage.tables ?? [],
      steps: own
        .filter(({ walBytes, growthBytes, deadRows }) => (walBytes ?? growthBytes ?? deadRows) !== undefined)
        .map(({ id, title, kind, phase, walBytes, growthBytes, deadRows }) => ({
          id,
          title,
          kind,
          phase,
          walBytes,
          growthBytes,
          deadRows,
        })),
      expected: (rehearsal?.expected ?? []).map((each) => ({
        ...each,
        title: own.find(({ id }) => id === each.id)?.title ?? each.id,
      })),
      advice: rehearsal === undefined ? [] : adviceTexts(rehearsal),
    };
  },

  view({ tables, steps, expected, advice }, { command, rehearsal }) {
    if (rehearsal === undefined) return [missing("rows, sizes and growth of the tables", command("rehearse"))];
    const blocks: Part[] = [
      table(
        "Tables of the plan",
        ["table", "#rows in the rehearsal", "#size there", "#rows in production", "#size in production"],
        tables.map(({ table, rows, bytes, productionRows, productionBytes }) => [
          { code: tableLabel(named(table)) },
          count(rows),
          sizeText(bytes),
          productionRows === undefined ? "not known" : count(productionRows),
          productionBytes === undefined ? "not known" : sizeText(productionBytes),
        ]),
      ),
    ];
    if (steps.length > 0)
      blocks.push(
        table(
          "What each step writes in the rehearsal",
          ["step", "#written to the log", "#tables grow by", "#dead rows"],
          steps.map(({ title, kind, walBytes, growthBytes, deadRows }) => [
            `${kind === "undo" ? "back: " : ""}${title}`,
            walBytes === undefined ? "–" : sizeText(walBytes),
            growthBytes === undefined ? "–" : sizeText(Math.max(growthBytes, 0)),
            deadRows === undefined ? "–" : count(deadRows),
          ]),
        ),
      );
    blocks.push(
      expected.length === 0
        ? missing("duration with production’s row counts", "npx lockstep stats --target <name>")
        : table(
            "Expected duration in production",
            ["step", "#about", "#at least", "#at most"],
            expected.map(({ title, ms, leastMs, mostMs }) => [
              title,
              duration(ms),
              duration(leastMs),
              duration(mostMs),
            ]),
          ),
    );
    if (advice.length > 0) blocks.push({ kind: "heading", text: "What to change" }, list(advice));
    return blocks;
  },
});

const count = (rows: number) => counted(rows, "row").replace(/ rows?$/, "");
