import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import durations from "./durations.json" with { type: "json" };

const tests = fileURLToPath(new URL("..", import.meta.url));
const seconds: Readonly<Record<string, number | undefined>> = durations;

/**
 * Starts the longest files first, whichever project they belong to, so that all workers are busy to the end. `npm run test:all -- --record`
 * measures them anew; what was never measured is started before everything else.
 */
export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const secondsOf = ({ moduleId }: TestSpecification) =>
      seconds[relative(tests, moduleId).replaceAll("\\", "/")] ?? Number.POSITIVE_INFINITY;
    return files.toSorted((a, b) => secondsOf(b) - secondsOf(a));
  }
}
