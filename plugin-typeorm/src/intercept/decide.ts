import { withoutScaffolding } from "../wrapper/scaffolding.cjs";
import type { SqlInMemory } from "../wrapper/typeorm.cjs";
import type { GenerateCall } from "./generate.js";
import { refusePending } from "./pending.js";
import { recordedLog } from "./recorded-log.js";

export async function decide({ dataSource, ask }: GenerateCall): Promise<SqlInMemory> {
  const { memory } = await recordedLog(dataSource, ask);
  withoutScaffolding(memory);
  if (memory.upQueries.length === 0) return memory;
  await refusePending(dataSource);
  return memory;
}
