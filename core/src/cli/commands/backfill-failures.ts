import { defineCommand } from "../command.js";
import { controlOptions } from "../control-backfill.js";

export default defineCommand({
  name: "backfill failures",
  summary: "list the rows that the last run could not fill, by key",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [...controlOptions, { flags: "--limit <n>", description: "number of rows to print (default 100)" }],

  async run(invocation) {
    const { io } = invocation;
    const [
      { eachBackfill },
      { readFailures },
      { keyLabel },
      { conditionText },
      { numberOption },
      { nextText },
      { columns },
      { counted },
      { momentText, tableLabel },
    ] = await Promise.all([
      import("../each-backfill.js"),
      import("../../target/ledger/failures.js"),
      import("../../backfill/keys.js"),
      import("../../dialect/db/without-values.js"),
      import("../number-option.js"),
      import("../../review/terminal.js"),
      import("../../review/columns.js"),
      import("../../review/counted.js"),
      import("../../model/index.js"),
    ]);
    const limit = numberOption(invocation, "limit", 1) ?? 100;
    const { plan, results } = await eachBackfill(invocation, async ({ target, spec, connection, id }) => ({
      target,
      table: tableLabel(spec.table),
      // Not the key of the ledger's cursor, which may use row positions.
      key: spec.key,
      ...(await readFailures(connection, id, limit)),
    }));
    const all = results.reduce((sum, { total }) => sum + total, 0);
    const text = results
      .filter(({ total }) => total > 0)
      .flatMap(({ target, table, key, failures, total }) => [
        `${io.colors.bold(target)}  "${table}"  ${counted(total, "row")} without a value`,
        columns(
          failures.map((failure) => [
            keyLabel(key, failure.key),
            `${conditionText(failure.code)} (SQLSTATE ${failure.code})`,
            momentText(failure.at),
          ]),
        ),
        ...(total > failures.length ? [`  and ${counted(total - failures.length, "more row")}: --limit ${total}`] : []),
      ]);
    return {
      text: [
        ...(text.length > 0
          ? text
          : results.length === 0
            ? [`${io.colors.yellow("!")} no backfill of ${plan.id} has begun on these targets`]
            : [`${io.colors.green("✔")} the last run filled every row`]),
        nextText(
          all === 0 ? "npx lockstep status" : `Correct these rows.\nnpx lockstep backfill run ${plan.id}`,
          io.colors,
        ),
      ].join("\n"),
      json: { plan: plan.id, backfills: results.map(({ key: _, ...each }) => each) },
      exitCode: all === 0 ? 0 : 1,
    };
  },
});
