import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import durations from "./durations.json" with { type: "json" };

const tests = fileURLToPath(new URL("..", import.meta.url));
const seconds: Readonly<Record<string, number | undefined>> = durations;

/**
 * Starts the longest files first, so that all workers are busy to the end. `npm run test:all -- --record` measures them anew; what was
 * never measured is started before everything else. Files that share a worker's modules come before the others: a worker that meets
 * another file in between ends, and the next one loads the compiler again.
 */
export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const secondsOf = ({ moduleId }: TestSpecification) =>
      seconds[relative(tests, moduleId).replaceAll("\\", "/")] ?? Number.POSITIVE_INFINITY;
    const isAlone = ({ project }: TestSpecification) => Number(project.config.isolate);
    return files.toSorted((a, b) => isAlone(a) - isAlone(b) || secondsOf(b) - secondsOf(a));
  }
}
